/**
 * `hereabouts/react`: hooks for React 18 and later. A world or chat is joined while a component that asks for it is
 * mounted, once for all that do. People's poses change all the time and re-render nothing: read `person.x` in an animation
 * frame, as `useAnimationFrame` gives one.
 *
 * @example
 * ```tsx
 * import { HereaboutsProvider, usePeople, useWorld } from "hereabouts/react";
 *
 * function Names() {
 *   const { world, status, error } = useWorld("meadow");
 *   const people = usePeople(world);
 *   if (error) return <p role="alert">{error.message}</p>;
 *   return <ul title={status}>{people.map((person) => <li key={person.id}>{person.name}</li>)}</ul>;
 * }
 *
 * root.render(<HereaboutsProvider url="http://localhost:2567"><Names /></HereaboutsProvider>);
 * ```
 */
import {
  createContext,
  createElement,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from "react";
import type { JoinOptions, Json, Person, World } from "../types.ts";
import { Site } from "./site.ts";
import type { AudioResult, ChatResult, HereaboutsProviderProps, HereaboutsResult, WorldResult } from "./types.ts";
import { noPeople, nothing, peopleOf, propsOf } from "./watched.ts";

export type * from "./types.ts";

const SiteContext = createContext<Site | undefined>(undefined);

/**
 * Connects when it is mounted, and leaves everything when it is gone. All hooks stand below one.
 *
 * @example
 * ```tsx
 * import { HereaboutsProvider } from "hereabouts/react";
 *
 * root.render(<HereaboutsProvider url="http://localhost:2567" name="Ada">…</HereaboutsProvider>);
 * ```
 */
export function HereaboutsProvider(props: HereaboutsProviderProps): ReactNode {
  const [kept, keep] = useState(() => new Site(props));
  const site = kept.isOf(props) ? kept : new Site(props);
  if (site !== kept) keep(site);
  useShared(site.connection);
  return createElement(SiteContext.Provider, { value: site }, props.children);
}

/**
 * The connection: who one is, `travel`, `signIn` and all else of the SDK.
 *
 * @example
 * ```tsx
 * import { useHereabouts } from "hereabouts/react";
 *
 * function Me() {
 *   const { here, status } = useHereabouts();
 *   return <button onClick={() => here?.travel("pond")}>{here?.identity.name ?? status}</button>;
 * }
 * ```
 */
export function useHereabouts(): HereaboutsResult {
  return useShared(useSite().connection);
}

/**
 * Joins the world of a slug. The options of whoever comes first count.
 *
 * @example
 * ```tsx
 * import { useWorld } from "hereabouts/react";
 *
 * function Field() {
 *   const { world, error, retry } = useWorld("meadow", { avatar: { color: "#e4572e" } });
 *   if (error) return <button onClick={retry}>{error.message}</button>;
 *   return <p>{world ? `${world.counts.people} here` : "…"}</p>;
 * }
 * ```
 */
export function useWorld(slug: string, options?: JoinOptions): WorldResult {
  return useShared(useSite().world(slug, options));
}

/**
 * Those in a world, ghosts and oneself included: another array when someone comes, goes or changes, never because someone
 * moved. A person is the same object all the time, with the pose of the instant it is read.
 *
 * @example
 * ```tsx
 * import { usePeople, useWorld } from "hereabouts/react";
 *
 * function Names() {
 *   const people = usePeople(useWorld("meadow").world);
 *   return <p>{people.map((person) => person.name).join(", ")}</p>;
 * }
 * ```
 * @param world As `useWorld` gives it; nobody while there is none.
 */
export function usePeople(world: World | undefined): readonly Person[] {
  return useShared(world ? peopleOf(world) : noPeople);
}

/**
 * One prop of a world; undefined while it has none of that key.
 *
 * @example
 * ```tsx
 * import { useProp, useWorld } from "hereabouts/react";
 *
 * function Lamp() {
 *   const { world } = useWorld("meadow");
 *   const isOn = useProp(world, "lamp") === true;
 *   return <button onClick={() => world?.props.set("lamp", !isOn)}>{isOn ? "on" : "off"}</button>;
 * }
 * ```
 * @param world As `useWorld` gives it; no prop while there is none.
 */
export function useProp(world: World | undefined, key: string): Json | undefined {
  const props = useShared(world ? propsOf(world) : nothing);
  return props.get(key);
}

/**
 * Joins a chat. The options of whoever comes first count.
 *
 * @example
 * ```tsx
 * import { useChat } from "hereabouts/react";
 *
 * function Lines() {
 *   const { lines, counts } = useChat("meadow");
 *   return <ol title={`${counts.online} online`}>{lines.map((line) => <li key={line.seq}>{line.text}</li>)}</ol>;
 * }
 * ```
 */
export function useChat(name: string, options?: { invisible?: boolean }): ChatResult {
  return useShared(useSite().chat(name, options));
}

/**
 * The player, tuned to the session of that id or name; without one to that of the last visit, else to the master. One
 * connection has one player: of two components that ask for different sessions, the later one has its way.
 *
 * @example
 * ```tsx
 * import { useAudio } from "hereabouts/react";
 *
 * function Radio() {
 *   const { audio, playback, heard } = useAudio();
 *   if (playback === "playing") return <button onClick={() => audio?.pause()}>{heard?.track.title}</button>;
 *   return <button onClick={() => audio?.play()}>Listen</button>;
 * }
 * ```
 */
export function useAudio(session?: string): AudioResult {
  const site = useSite();
  const { audio } = site;
  const subscribe = useCallback(
    (listener: () => void) => {
      site.want(session);
      return audio.subscribe(listener);
    },
    [site, audio, session],
  );
  return useSyncExternalStore(subscribe, audio.getSnapshot, audio.getSnapshot);
}

/**
 * Calls `draw` in each animation frame while mounted: the place to read poses.
 *
 * @example
 * ```tsx
 * import { useAnimationFrame, useWorld } from "hereabouts/react";
 *
 * function Where() {
 *   const { world } = useWorld("meadow");
 *   useAnimationFrame(() => (document.title = `${world?.me?.x ?? 0}, ${world?.me?.y ?? 0}`));
 *   return null;
 * }
 * ```
 * @param draw Is given the time of the frame in ms, as `requestAnimationFrame` has it.
 */
export function useAnimationFrame(draw: (now: number) => void): void {
  const latest = useRef(draw);
  useEffect(() => {
    latest.current = draw;
  });
  useEffect(() => {
    let id = requestAnimationFrame(function frame(now) {
      id = requestAnimationFrame(frame);
      latest.current(now);
    });
    return () => cancelAnimationFrame(id);
  }, []);
}

function useSite(): Site {
  const site = useContext(SiteContext);
  if (!site) throw new Error("hereabouts: put a <HereaboutsProvider> around what uses its hooks.");
  return site;
}

function useShared<Shown>(shared: { subscribe(listener: () => void): () => void; getSnapshot(): Shown }): Shown {
  return useSyncExternalStore(shared.subscribe, shared.getSnapshot, shared.getSnapshot);
}
