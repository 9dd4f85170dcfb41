/**
 * The page of the piece `bells`: a round of notes that all hear in step. Its rules are the server's (pieces/bells.ts); when
 * each beat is, pages know by the server's clock.
 */
import type { World } from "hereabouts/client";
import type { Bells } from "../../pieces/bells.ts";
import { beats, notesEach, tones } from "../../schema/bells.ts";
import { colorOf } from "../shared/blob.ts";
import { find, setText } from "../shared/dom.ts";
import { openPiece, type PiecePage } from "../shared/piecePage.ts";
import { hashOf } from "../shared/seed.ts";
import { Grid } from "./grid.ts";
import { beatAt, beatsBetween, offsetOf, type Sample } from "./round.ts";
import { Sound } from "./sound.ts";

const refreshMs = 1000;
/** How often it is seen to that what comes next will ring, and how far ahead. */
const lookMs = 60;
const aheadMs = 200;
const samplesKept = 8;
const firstSamples = 4;
const sampleMs = 10_000;

const listen = find("listen", HTMLButtonElement);
const sound = new Sound();

async function start({ world, act }: PiecePage<Bells>): Promise<void> {
  const grid = new Grid(find("grid", HTMLElement), (cell) => void act(() => world.ask("toggle", { cell })));

  const show = () => {
    grid.show(world.piece.notes, (id) => {
      const person = world.people.get(id);
      return person && { name: person.name, color: colorOf(person.avatar.color, hashOf(id)), isMe: person.isMe };
    });
    const { me } = world;
    if (!me) return;
    const own = world.piece.notes.filter(({ by }) => by === me.id).length;
    const left = notesEach - own;
    setText(
      find("left", HTMLElement),
      left > 0 ? `${left} more ${left === 1 ? "note" : "notes"} for you` : "Your next note takes your oldest one off",
    );
  };
  show();
  setInterval(show, refreshMs);
  world.on("piece", show);
  listen.addEventListener("click", () => void act(() => sound.switch(!sound.isOn)).then(showListening));

  ring(world, grid, await keepTime(world));
}

function showListening(): void {
  listen.setAttribute("aria-pressed", String(sound.isOn));
  setText(listen, sound.isOn ? "Be silent" : "Listen");
}

/** Gives the server's time as of now, in ms. */
async function keepTime(world: World<Bells>): Promise<() => number> {
  const samples: Sample[] = [];
  const sample = async () => {
    const sentAt = performance.now();
    const { now } = await world.ask("time", null);
    samples.push({ sentAt, answeredAt: performance.now(), serverNow: now });
    if (samples.length > samplesKept) samples.shift();
  };
  for (let i = 0; i < firstSamples; i++) await sample().catch(() => {});
  setInterval(() => void sample().catch(() => {}), sampleMs);
  return () => performance.now() + offsetOf(samples);
}

function ring(world: World<Bells>, grid: Grid, serverNow: () => number): void {
  let until = serverNow();
  setInterval(() => {
    const now = serverNow();
    for (const { beat, at } of beatsBetween(Math.max(until, now), now + aheadMs)) {
      for (const { cell } of world.piece.notes) {
        if (cell % beats === beat) sound.ring(tones[Math.floor(cell / beats)]![1], at - now);
      }
    }
    until = Math.max(until, now + aheadMs);
    grid.mark(beatAt(now));
  }, lookMs);
}

openPiece<Bells>("bells", start);
