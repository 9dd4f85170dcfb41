/** The panel itself: what is joined, who is there, what goes to and fro, what was refused, and the weather dial. */
import type { AudioPlayer, Chat, Hereabouts, World } from "../types.ts";
import type { Weather, WeatherTap } from "../weather.ts";
import { type Dial, dialOf } from "./dial.ts";
import { element, setText, Table } from "./dom.ts";
import type { Recorder } from "./recorder.ts";
import { style } from "./style.ts";
import type { Troubles } from "./troubles.ts";
import { audioRows, chatRows, flowRow, meRows, personRow, troubleRow, worldRows } from "./words.ts";

export interface PanelOptions {
  here: Hereabouts;
  recorder: Recorder;
  weather: WeatherTap;
  troubles: Troubles;
  /** The key that hides it, in words. */
  key: string;
  onHide(): void;
}

/** A roster of thousands is no use to read. */
const mostPeople = 50;
const mostFlows = 30;
const mostStateChars = 20_000;

export class Panel {
  readonly host: HTMLElement;
  readonly #options: PanelOptions;
  readonly #section: HTMLElement;
  readonly #dial: Dial;
  readonly #joined = element("div");
  readonly #rooms = new Map<object, RoomSection>();
  readonly #me = new Table("Connection", [], "words");
  readonly #flows = new Table("Frames", ["way", "room", "what", "all", "/s", "kB/s"], "figures");
  readonly #troubles = new Table("Refusals", ["at", "where", "code", "message"], "words");

  constructor(options: PanelOptions) {
    this.#options = options;
    this.#dial = dialOf(options.weather);
    const hide = element("button", { type: "button" }, `Hide (${options.key})`);
    hide.addEventListener("click", options.onHide);
    this.#section = element(
      "section",
      { className: "panel", ariaLabel: "hereabouts devtools" },
      element("header", {}, element("h2", {}, "hereabouts"), hide),
      this.#me.element,
      this.#joined,
      element("h3", {}, "Weather"),
      element("p", {}, "On all that this page sends and receives, each way. Lost frames of a WebSocket come later."),
      this.#dial.element,
      element("h3", {}, "Messages"),
      wide("Frames", this.#flows),
      wide("Refusals", this.#troubles),
    );
    this.#section.addEventListener("keydown", (event) => event.key === "Escape" && options.onHide());
    this.host = element("hereabouts-devtools" as "div");
    this.host.attachShadow({ mode: "open" }).append(element("style", {}, style), this.#section);
  }

  get isHidden(): boolean {
    return this.#section.hidden === true;
  }

  set isHidden(isHidden: boolean) {
    this.#section.hidden = isHidden;
  }

  turn(weather: Partial<Weather>): void {
    this.#dial.turn(weather);
  }

  show(now: number): void {
    const { here, recorder, troubles } = this.#options;
    this.#me.show(meRows(here));
    const { worlds, chats, audio } = here.joined;
    const joined: (World | Chat | AudioPlayer)[] = [...worlds.values(), ...chats.values(), ...(audio ? [audio] : [])];
    for (const [room, { element: shown }] of this.#rooms) {
      if (joined.includes(room as World)) continue;
      shown.remove();
      this.#rooms.delete(room);
    }
    for (const room of joined) {
      const section = this.#rooms.get(room) ?? new RoomSection(room);
      if (!this.#rooms.has(room)) this.#joined.append(section.element);
      this.#rooms.set(room, section);
      section.show();
    }
    this.#flows.show(recorder.look(now).slice(0, mostFlows).map(flowRow));
    this.#troubles.element.hidden = troubles.list.length === 0;
    this.#troubles.show(troubles.list.map(troubleRow));
  }
}

/** A table that scrolls where it is wider than the panel: also by the arrow keys. */
function wide(ariaLabel: string, { element: table }: Table): HTMLElement {
  return element("div", { className: "wide", role: "group", tabIndex: 0, ariaLabel }, table);
}

/** One room that is joined. */
class RoomSection {
  readonly element: HTMLElement;
  readonly #room: World | Chat | AudioPlayer;
  readonly #facts: Table;
  readonly #people = new Table("People", ["who", "status", "attention", "at"]);
  readonly #state = element("pre", { role: "group", tabIndex: 0 });
  readonly #details: HTMLDetailsElement;

  constructor(room: World | Chat | AudioPlayer) {
    this.#room = room;
    const title = "slug" in room ? `World ${room.slug}` : "instance" in room ? `Chat ${room.instance}` : "Audio";
    this.#facts = new Table(title, [], "plain words");
    this.#state.ariaLabel = `State of ${title}`;
    this.#details = element("details", {}, element("summary", {}, "State"), this.#state);
    const roster = "slug" in room ? [wide("People", this.#people)] : [];
    this.element = element("div", {}, element("h3", {}, title), this.#facts.element, ...roster, this.#details);
    this.#details.addEventListener("toggle", () => this.show());
  }

  show(): void {
    const room = this.#room;
    if ("slug" in room) {
      this.#facts.show(worldRows(room));
      this.#people.show([...room.people.values()].slice(0, mostPeople).map(personRow));
    } else this.#facts.show("instance" in room ? chatRows(room) : audioRows(room));
    if (!this.#details.open) return;
    const text = JSON.stringify(room.room.state, null, 1) ?? "";
    setText(this.#state, text.length > mostStateChars ? `${text.slice(0, mostStateChars)}…` : text);
  }
}
