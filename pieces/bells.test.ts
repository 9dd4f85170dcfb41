/** The rules of the bells, without a server. */
import { describe, expect, it } from "vitest";
import { notesEach } from "../schema/bells.ts";
import bells from "./bells.ts";
import type { PiecePerson, PieceWorld } from "./index.ts";

function belfry() {
  const people = new Map<string, PiecePerson>();
  const timers: (() => void)[] = [];
  const state = bells.state.parse({}) as { notes: { cell: number; by: string }[] };
  const world = { state, people, after: (_ms: number, run: () => void) => timers.push(run) };
  const arrive = (id: string) => people.set(id, { id, name: id } as PiecePerson).get(id)!;
  const toggle = (person: PiecePerson, cell: number) =>
    bells.on["toggle"]!(world as unknown as PieceWorld, person, { cell } as never);
  const leave = (person: PiecePerson) => {
    people.delete(person.id);
    bells.onLeave?.(world as unknown as PieceWorld<never>, person, "left");
  };
  return { state, timers, arrive, toggle, leave };
}

describe("[WO3] the bells", () => {
  it("ring and are silent again", () => {
    const { state, arrive, toggle } = belfry();
    const ada = arrive("ada");
    expect(toggle(ada, 3)).toEqual({ isOn: true });
    expect(state.notes).toEqual([{ cell: 3, by: "ada" }]);
    expect(toggle(ada, 3)).toEqual({ isOn: false });
    expect(state.notes).toEqual([]);
  });

  it("have so many notes of each, of which one's oldest makes room", () => {
    const { state, arrive, toggle } = belfry();
    const [ada, bob] = [arrive("ada"), arrive("bob")];
    toggle(bob, 63);
    for (let cell = 0; cell <= notesEach; cell++) toggle(ada, cell);
    expect(state.notes.map(({ cell }) => cell)).toEqual([63, 1, 2, 3, 4, 5, 6]);
  });

  it("leave a note to who put it there, while they are here", () => {
    const { state, arrive, toggle, leave } = belfry();
    const [ada, bob] = [arrive("ada"), arrive("bob")];
    toggle(ada, 5);
    expect(() => toggle(bob, 5)).toThrow(/ada's/);
    leave(ada);
    expect(toggle(bob, 5)).toEqual({ isOn: true });
    expect(state.notes).toEqual([{ cell: 5, by: "bob" }]);
  });

  it("ring on for a while when someone has left, and not if they are back", () => {
    const { state, timers, arrive, toggle, leave } = belfry();
    const [ada, bob] = [arrive("ada"), arrive("bob")];
    toggle(ada, 1);
    toggle(bob, 2);
    leave(ada);
    leave(bob);
    arrive("bob");
    expect(state.notes).toHaveLength(2);
    for (const timer of timers) timer();
    expect(state.notes).toEqual([{ cell: 2, by: "bob" }]);
  });

  it("ring on for each who has left by themselves", () => {
    const { state, timers, arrive, toggle, leave } = belfry();
    const [ada, bob] = [arrive("ada"), arrive("bob")];
    toggle(ada, 1);
    toggle(bob, 2);
    leave(ada);
    leave(bob);
    timers[0]!();
    expect(state.notes).toEqual([{ cell: 2, by: "bob" }]);
    timers[1]!();
    expect(state.notes).toEqual([]);
  });
});
