/**
 * Whether everybody sees what is: what clients and processes show, compared with what the drivers know they did.
 *
 * Someone who left a room a moment ago may linger in it: as a ghost, or as away where the connection or the room had been
 * lost. Never as here, and at the end not at all. Who lingers in a piece holds a seat there: its chat may say here of them.
 */

/** A page that is open, and the rooms that it is in. */
export type Truth = {
  readonly person: string;
  readonly world: string | undefined;
  readonly chats: readonly string[];
  /** Lets others know which world they are in. */
  readonly share: boolean;
  /** What was told last of each room's key. */
  readonly attention: Readonly<Record<string, string>>;
};

/** Someone was in a room until then. */
export type Left = { readonly person: string; readonly key: string; readonly at: number };

export type SeenPerson = {
  readonly id: string;
  readonly status: "here" | "away" | "ghost";
  readonly connections: number;
  readonly attention: string;
  /** In worlds: the pose has not changed since the last look, or none has come. Everybody moves all the time. */
  readonly isStill?: boolean;
  /** In chats. */
  readonly here?: boolean;
  readonly where?: string | undefined;
};

/** What a page, or a process, shows of a room. */
export type View = {
  /** Who sees this. */
  readonly by: string;
  readonly key: string;
  readonly room: string;
  /** Since when it has this room of the key, and not another. */
  readonly since: number;
  readonly state: string;
  readonly people: readonly SeenPerson[];
  readonly counts: {
    readonly people: number;
    readonly connections: number;
    readonly guests: number;
    readonly here?: number;
  };
};

/** What one process answers to an operator. */
export type ProcessView = {
  readonly process: string;
  /** People in any room. */
  readonly people: number;
  /** By world. */
  readonly counts: Readonly<
    Record<string, { readonly people: number; readonly connections: number; readonly guests: number }>
  >;
  /** Rooms of each key that are listed. */
  readonly rooms: readonly { readonly key: string; readonly room: string }[];
  /** The audio session that listens to nothing in particular hears. */
  readonly master: string;
  /** How a person is shown in a room, for some. */
  readonly explained: readonly { readonly person: string; readonly key: string; readonly shown: string }[];
};

export type Look = {
  readonly at: number;
  /** Nobody may linger any more. */
  readonly isStrict: boolean;
  readonly truths: readonly Truth[];
  readonly left: readonly Left[];
  readonly views: readonly View[];
  readonly processes: readonly ProcessView[];
  /** What is under way: nothing is exact while something is. */
  readonly busy: readonly string[];
};

type Expected = { connections: number; attention: string | undefined; here: boolean; where: string | undefined };

/** A connection is held for 10 s, then its person may be a ghost for 5 s. */
const heldMs = 16_000;
/** A page that came to a room made anew counts those as away for 10 s whom it knew in the room before. */
const missedMs = 11_000;

/** The piece of a chat: that of the same name, but for the chat `system`. */
const pieceOf = (chat: string) => (chat === "system" ? "chat" : chat);
const pieceOfKey = (key: string) => (key.startsWith("chat:") ? pieceOf(key.slice("chat:".length)) : undefined);

/** Those who may still be shown in the room, and in a chat those who may still be shown as here: held in its piece. */
type Lingerers = { readonly in: ReadonlySet<string>; readonly here: ReadonlySet<string> };

/** What is not as it should be, in words; nothing if all is exact. */
export function differences(look: Look): string[] {
  const { at, isStrict, truths, left, views, processes, busy } = look;
  const rosters = rostersOf(truths);
  const lingering = (key: string, since = Number.NEGATIVE_INFINITY): ReadonlySet<string> => {
    const may = (one: Left) => one.key === key && (at < one.at + heldMs || at < since + missedMs);
    return new Set(isStrict ? [] : left.filter(may).map(({ person }) => person));
  };
  return [
    ...busy.map((what) => `under way: ${what}`),
    ...views.flatMap((view) => {
      const piece = pieceOfKey(view.key);
      const lingerers = { in: lingering(view.key, view.since), here: lingering(`world:${piece}`) };
      return ofView(view, rosters.get(view.key) ?? new Map(), lingerers);
    }),
    ...oneRoom(views, processes),
    ...processes.flatMap((process) => ofProcess(process, truths, rosters, lingering)),
    ...sameMaster(processes),
  ];
}

/** Who should be in each room, and how they should be shown. */
export function rostersOf(truths: readonly Truth[]): Map<string, Map<string, Expected>> {
  const rosters = new Map<string, Map<string, Expected>>();
  const ofPerson = Map.groupBy(truths, ({ person }) => person);
  for (const { person, world, chats, attention } of truths) {
    const tabs = ofPerson.get(person)!;
    for (const key of [...(world ? [`world:${world}`] : []), ...chats.map((chat) => `chat:${chat}`)]) {
      const roster = rosters.get(key) ?? new Map<string, Expected>();
      rosters.set(key, roster);
      const known = roster.get(person);
      const piece = pieceOfKey(key);
      roster.set(person, {
        connections: (known?.connections ?? 0) + 1,
        attention: tabs.length === 1 ? attention[key] : undefined,
        here: tabs.some((tab) => tab.world === piece),
        where: tabs.length === 1 && tabs[0]!.share ? world : undefined,
      });
    }
  }
  return rosters;
}

function ofView(view: View, roster: Map<string, Expected>, lingerers: Lingerers): string[] {
  const lingering = lingerers.in;
  const wrong: string[] = [];
  const say = (what: string) => wrong.push(`${view.by} in ${view.key} (${view.room}): ${what}`);
  if (view.state !== "open") say(`is ${view.state}`);
  const seen = new Map(view.people.map((person) => [person.id, person]));
  for (const [id, { connections, attention, here, where }] of roster) {
    const person = seen.get(id);
    if (!person) say(`${id} is missing`);
    else if (person.status !== "here") say(`${id} is ${person.status}`);
    else if (person.connections !== connections && !lingering.has(id)) {
      say(`${id} has ${person.connections} connections, not ${connections}`);
    } else if (attention !== undefined && person.attention !== attention)
      say(`${id} is ${person.attention}, not ${attention}`);
    else if (person.isStill && attention !== undefined) say(`${id} stands still`);
    else if (
      person.here !== undefined &&
      person.here !== here &&
      !lingering.has(id) &&
      (here || !lingerers.here.has(id))
    )
      say(`${id} is ${here ? "" : "not "}here`);
    else if (person.here !== undefined && where !== undefined && person.where !== where && !lingering.has(id)) {
      say(`${id} is in ${where}, not in ${person.where}`);
    }
  }
  for (const { id, status } of seen.values()) {
    if (roster.has(id) || (lingering.has(id) && status !== "here")) continue;
    say(`${id} is shown as ${status}, and is not here`);
  }
  return [...wrong, ...ofCounts(view.counts, roster, lingerers).map((what) => `${view.by} in ${view.key}: ${what}`)];
}

function ofCounts(counts: View["counts"], roster: Map<string, Expected>, lingerers: Lingerers): string[] {
  const connections = [...roster.values()].reduce((sum, one) => sum + one.connections, 0);
  const here = [...roster.values()].filter((one) => one.here).length;
  const within = (name: string, count: number, wanted: number, slack = lingerers.in.size) =>
    count >= wanted && count <= wanted + slack ? [] : [`${name} ${count}, not ${wanted}`];
  return [
    ...within("people", counts.people, roster.size),
    ...within("guests", counts.guests, roster.size),
    ...within("connections", counts.connections, connections),
    ...(counts.here === undefined
      ? []
      : within("here", counts.here, here, new Set([...lingerers.in, ...lingerers.here]).size)),
  ];
}

function oneRoom(views: readonly View[], processes: readonly ProcessView[]): string[] {
  return [...Map.groupBy(views, ({ key }) => key)].flatMap(([key, ofKey]) => {
    const seen = [...new Set(ofKey.map(({ room }) => room))];
    if (seen.length > 1) return [`${key}: rooms ${seen.join(", ")}`];
    return processes.flatMap(({ process, rooms }) => {
      const listed = rooms.filter((room) => room.key === key).map(({ room }) => room);
      const isRight = listed.length === 1 && listed[0] === seen[0];
      return isRight ? [] : [`${process} lists ${listed.join(", ") || "no room"} for ${key}, not ${seen[0]}`];
    });
  });
}

function ofProcess(
  { process, people, counts, explained }: ProcessView,
  truths: readonly Truth[],
  rosters: Map<string, Map<string, Expected>>,
  lingering: (key: string) => ReadonlySet<string>,
): string[] {
  const wrong: string[] = [];
  const persons = new Set(truths.map(({ person }) => person));
  const gone = [...rosters.keys()].flatMap((key) => [...lingering(key)]).filter((person) => !persons.has(person));
  const most = persons.size + new Set(gone).size;
  if (people < persons.size || people > most) wrong.push(`people ${people}, not ${persons.size}`);
  for (const [world, given] of Object.entries(counts)) {
    const key = `world:${world}`;
    const lingerers = { in: lingering(key), here: new Set<string>() };
    wrong.push(...ofCounts(given, rosters.get(key) ?? new Map(), lingerers).map((what) => `${key}: ${what}`));
  }
  for (const { person, key, shown } of explained) {
    if (rosters.get(key)?.has(person) && shown !== "here") wrong.push(`${person} in ${key} is ${shown}`);
  }
  return wrong.map((what) => `${process}: ${what}`);
}

function sameMaster(processes: readonly ProcessView[]): string[] {
  const masters = [...new Set(processes.map(({ master }) => master))];
  return masters.length > 1 ? [`masters ${masters.join(", ")}`] : [];
}
