/** Finding people, explaining why they are shown as they are, and doing something about it. The hash is what is sought. */
import type { FoundPeople, FoundPerson, FoundSeat, HeldRestriction, OrderAnswer } from "../../schema/operations.ts";
import { find, make } from "../shared/dom.ts";
import { ask, enter, tell, tellFailure } from "./ask.ts";
import { askOrder, orderButton, wordsOf } from "./order.ts";
import { ago, showRows, time } from "./table.ts";

type Action = OrderAnswer["action"];
type Ordered = Pick<FoundPerson, "person" | "name" | "handle" | "seats">;
type Explained = { explanations: { person: string; sentences: string[] }[] };

/** A person's id as services/identity/tokens.ts makes it. */
const wholeId = /^[\w-]{16}$/;
/** Tabs that were told to go to another world are there by then. */
const movedMs = 2000;

const query = find("query", HTMLInputElement);
const sought = () => decodeURIComponent(location.hash.slice(1));
let isOperator = false;

async function start(): Promise<void> {
  isOperator = (await enter()) === "operator";
  find("search", HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    const before = location.hash;
    location.hash = encodeURIComponent(query.value);
    if (location.hash === before) void search();
  });
  addEventListener("hashchange", () => void begin());
  await begin();
}

async function begin(): Promise<void> {
  query.value = sought();
  await search();
}

/** Leaves what is being typed. */
async function search(): Promise<void> {
  try {
    const { found, people } = await ask<FoundPeople>(`/ops/people?q=${encodeURIComponent(sought())}`);
    const shown = people.length < found ? `, of whom these are the first ${people.length}` : "";
    find("found", HTMLParagraphElement).textContent = `${found === 1 ? "One person" : `${found} people`}${shown}.`;
    const cards = people.map(toCard);
    if (isOperator && found === 0 && wholeId.test(sought())) cards.push(toAbsentCard(sought()));
    find("people", HTMLUListElement).replaceChildren(...cards);
    // chats keep theirs where it may not be answered for now
    showHeld(await ask<HeldRestriction[]>("/ops/restrictions"));
  } catch (error) {
    tellFailure(error);
  }
}

function toCard(person: FoundPerson): HTMLLIElement {
  const { name, handle, guest, kind, role, seats } = person;
  const card = make("li", "card");
  const title = make("h2", "who");
  title.append(make("bdi", "", name || handle));
  const marks = [guest ? "guest" : "", kind === "human" ? "" : kind, role === "member" ? "" : role];
  if (seats.some(({ invisible }) => invisible)) marks.push("invisible");
  for (const mark of marks.filter(Boolean)) title.append(make("span", "mark", mark));
  card.append(title, make("p", "id", `${handle} · ${person.person}`), seatsOf(person));
  if (isOperator) card.append(buttonsOf(person, ["kick", "mute", "ban", "move"]));
  return card;
}

/** For someone who has left. */
function toAbsentCard(person: string): HTMLLIElement {
  const card = make("li", "card");
  card.append(make("h2", "who", "Nobody here has this id"), make("p", "id", person));
  card.append(buttonsOf({ person, name: "", handle: person, seats: [] }, ["mute", "ban"]));
  return card;
}

function buttonsOf(person: Ordered, actions: readonly Action[]): HTMLDivElement {
  const row = make("div", "row");
  row.append(
    ...actions.map((action) =>
      orderButton(`${action[0]!.toUpperCase()}${action.slice(1)}…`, () => void order(person, action)),
    ),
  );
  return row;
}

function seatsOf(person: FoundPerson): HTMLElement {
  const scroll = make("div", "scroll");
  const table = scroll.appendChild(make("table"));
  const head = table.createTHead().insertRow();
  for (const name of ["Room", "Status", "Since", "Attention", "Tab", "Process", "Explain"])
    head.append(make("th", "", name));
  const why = make("ul", "sentences");
  why.ariaLive = "polite";
  const rows = person.seats.map((seat, i) => ({
    key: String(i),
    cells: [
      { text: seat.room, href: `/monitor/room#${seat.room}` },
      statusOf(seat),
      ago(seat.since),
      seat.attention,
      `${seat.tab} ${seat.role === "spectator" ? "(watches)" : ""}`,
      seat.process,
      { label: "Why?", run: () => void explain(person, seat.room, why).catch(tellFailure) },
    ],
  }));
  showRows(table.createTBody(), rows);
  const both = make("div");
  both.append(scroll, why);
  return both;
}

function statusOf({ status, awayUntil, invisible }: FoundSeat): string {
  const held =
    awayUntil === undefined ? "away" : `away, held for ${Math.max(0, Math.round((awayUntil - Date.now()) / 1000))} s`;
  return `${status === "away" ? held : status}${invisible ? ", invisible" : ""}`;
}

async function explain({ person }: FoundPerson, room: string, into: HTMLUListElement): Promise<void> {
  const { explanations } = await ask<Explained>(`/ops/explain?person=${encodeURIComponent(person)}&room=${room}`);
  const sentences = explanations.find((one) => one.person === person)?.sentences ?? ["They are nowhere any more."];
  into.replaceChildren(...sentences.map((text) => make("li", "", text)));
}

async function order({ person, name, handle, seats }: Ordered, action: Action): Promise<void> {
  const called = name || handle;
  const rooms = [...new Set(seats.map(({ room }) => room))];
  const done = await askOrder({ action, person, called, rooms });
  if (!done) return;
  const { room, answer } = done;
  const undo = () => void lift({ person, kind: action as "ban" | "mute", room, until: answer.until ?? null }, called);
  tell(wordsOf(answer, called), action === "ban" || action === "mute" ? { undo } : {});
  await search();
  if (action === "move") setTimeout(() => void search(), movedMs);
}

/** That one alone: what another operator has laid since stays. */
async function lift({ person, kind, room, until }: Omit<HeldRestriction, "reason">, called: string): Promise<void> {
  try {
    const answer = await ask<OrderAnswer>(`/ops/people/${encodeURIComponent(person)}/un${kind}`, {
      room,
      until,
      reason: "lifted in the monitor",
    });
    tell(wordsOf(answer, called));
  } catch (error) {
    tellFailure(error);
  }
  await search();
}

function showHeld(held: readonly HeldRestriction[]): void {
  find("held", HTMLElement).hidden = held.length === 0;
  const rows = held.map(({ kind, person, room, until, reason }) => ({
    key: `${kind} ${room} ${person} ${until}`,
    cells: [
      kind,
      { text: person, href: `#${person}` },
      room === "all" ? "everywhere" : room,
      until === null ? "for good" : time(until),
      reason,
      isOperator && kind !== "shadow"
        ? { label: "Lift", run: () => void lift({ kind, person, room, until }, person) }
        : "",
    ],
  }));
  showRows(find("restrictions", HTMLTableSectionElement), rows, [4]);
}

start().catch(tellFailure);
