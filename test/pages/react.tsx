/** A page for test/browser.react.test.ts: components that count how often they are rendered, and that can be taken away. */
import { HereaboutsProvider, useAudio, useHereabouts, usePeople, useProp, useWorld } from "hereabouts/react";
import { StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

const renders = { list: 0, lamp: 0 };
Object.assign(window, { renders });

function List({ slug }: { slug: string }) {
  const { world, status, error, retry } = useWorld(slug);
  const people = usePeople(world);
  renders.list++;
  if (error)
    return (
      <button type="button" onClick={retry}>
        {error.code}
      </button>
    );
  return (
    <p>
      {slug} {status}: {people.map(({ name }) => name).sort()}
    </p>
  );
}

/** Uses the same world as the list. */
function Lamp() {
  const { world } = useWorld("meadow");
  renders.lamp++;
  return <p>lamp {String(useProp(world, "lamp"))}</p>;
}

function Radio({ tuned }: { tuned?: string }) {
  const { session, status, error } = useAudio(tuned);
  return <p>{error?.code ?? `${status} ${session?.type}`}</p>;
}

function Who() {
  const { here, status, error, retry } = useHereabouts();
  return (
    <button type="button" onClick={retry}>
      {error?.code ?? `${status} ${here?.identity.name}`}
    </button>
  );
}

function App() {
  const [shown, show] = useState("meadow lamp");
  const [url, setUrl] = useState<string | undefined>(undefined);
  Object.assign(window, { show, setUrl });
  const words = shown.split(" ");
  return (
    <HereaboutsProvider name="Ada" storage={null} datagrams={false} {...(url === undefined ? {} : { url })}>
      <Who />
      {words.includes("meadow") && <List slug="meadow" />}
      {words.includes("again") && <List key="again" slug="Meadow" />}
      {words.includes("pond") && <List slug="pond" />}
      {words.includes("bad") && <List slug="not a slug" />}
      {words.includes("lamp") && <Lamp />}
      {words.includes("radio") && <Radio />}
      {words.includes("nowhere") && <Radio tuned="nowhere" />}
    </HereaboutsProvider>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
