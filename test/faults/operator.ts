/** What each process answers to an operator, by the routes that operators have. */
import type { ProcessView, Truth } from "./exact.ts";
import { operatorPassword } from "./site.ts";
import { worlds } from "./tab.ts";

const withinMs = 3000;
const authorization = `Basic ${btoa(`operator:${operatorPassword}`)}`;

type Row = {
  roomId: string;
  name: string;
  slug?: string;
  instance?: string;
  metadata?: { label?: string };
  label?: string;
};

/** Rejects if it does not answer. `about`: some people, to be explained. */
export async function askProcess(name: string, url: string, about: readonly Truth[]): Promise<ProcessView> {
  const get = async <T>(path: string): Promise<T> => {
    const answer = await fetch(url + path, { headers: { authorization }, signal: AbortSignal.timeout(withinMs) });
    if (!answer.ok) throw new Error(`${name}: ${path} answered ${answer.status}`);
    return (await answer.json()) as T;
  };
  const keys = about.flatMap(({ person, world, chats }) =>
    [...(world ? [`world:${world}`] : []), ...chats.map((chat) => `chat:${chat}`)].map((key) => ({ person, key })),
  );
  const [status, sessions, monitor, info, explained] = await Promise.all([
    get<{ people: number }>("/status"),
    Promise.all(worlds.map((slug) => get<{ counts: ProcessView["counts"][string] }>(`/session/${slug}`))),
    get<{ rooms: Row[] }>("/monitor/api"),
    get<{ sessionId: string }>("/api/session/info"),
    Promise.all(
      keys.map(async ({ person, key }) => {
        const { explanations } = await get<{ explanations: { shown: string }[] }>(
          `/ops/explain?person=${person}&room=${key}`,
        );
        return { person, key, shown: explanations[0]?.shown ?? "unknown" };
      }),
    ),
  ]);
  return {
    process: name,
    people: status.people,
    counts: Object.fromEntries(worlds.map((slug, i) => [slug, sessions[i]!.counts])),
    rooms: monitor.rooms.map((row) => ({ key: `${row.name}:${row.metadata?.label ?? row.label}`, room: row.roomId })),
    master: info.sessionId,
    explained,
  };
}
