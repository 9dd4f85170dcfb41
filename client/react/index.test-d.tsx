/** What someone types who uses the hooks, checked by the compiler: `tsc` fails if a line that must not compile does. */
import type { AudioPlayer, Chat, ChatLine, Hereabouts, HereaboutsError, Json, Person, World } from "../index.ts";
import {
  HereaboutsProvider,
  useAnimationFrame,
  useAudio,
  useChat,
  useHereabouts,
  usePeople,
  useProp,
  useWorld,
} from "./index.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const holds = <T extends true>(): T | undefined => undefined;

export function Meadow() {
  const { here } = useHereabouts();
  holds<Equal<typeof here, Hereabouts | undefined>>();
  const { world, status, error, retry } = useWorld("meadow", { avatar: { color: "#fff" }, share: true });
  holds<Equal<typeof world, World | undefined>>();
  holds<Equal<typeof error, HereaboutsError | undefined>>();
  status satisfies "connecting" | "open" | "reconnecting" | "closed" | "failed";
  retry();
  const people = usePeople(world);
  holds<Equal<typeof people, readonly Person[]>>();
  // @ts-expect-error people are those of a world, not of a slug
  usePeople("meadow");
  const lamp = useProp(world, "lamp");
  holds<Equal<typeof lamp, Json | undefined>>();
  const { chat, lines } = useChat("meadow");
  holds<Equal<typeof chat, Chat | undefined>>();
  holds<Equal<typeof lines, readonly ChatLine[]>>();
  // @ts-expect-error a chat has a name
  useChat();
  const { audio, heard } = useAudio();
  holds<Equal<typeof audio, AudioPlayer | undefined>>();
  heard?.track.title satisfies string | undefined;
  useAnimationFrame((now) => now satisfies number);
  return people.map((person) => <b key={person.id}>{person.name}</b>);
}

export function App({ here }: { here: Hereabouts }) {
  return (
    <>
      <HereaboutsProvider here={here}>
        <Meadow />
      </HereaboutsProvider>
      <HereaboutsProvider url="http://localhost:2567" name="Ada" storage={null} />
      {/* @ts-expect-error a port is part of an address */}
      <HereaboutsProvider url={2567} />
    </>
  );
}
