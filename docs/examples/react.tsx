/** An example: a world and its chat in React. Everyone is a dot where their pointer is; names and lines are lists. */
import { HereaboutsProvider, useAnimationFrame, useChat, usePeople, useWorld } from "hereabouts/react";
import { type FormEvent, StrictMode, useRef } from "react";
import { createRoot } from "react-dom/client";

function Meadow() {
  const { world, status, error, retry } = useWorld("meadow", { avatar: { color: "#e4572e" } });
  const people = usePeople(world);
  const canvas = useRef<HTMLCanvasElement>(null);

  useAnimationFrame(() => {
    const pen = canvas.current?.getContext("2d");
    if (!pen || !world) return;
    pen.clearRect(0, 0, 400, 300);
    for (const person of world.people.values()) {
      pen.fillStyle = person.avatar.color || "gray";
      if (person.placed) pen.fillRect(person.x - 4, person.y - 4, 8, 8);
    }
  });

  if (error) {
    return (
      <p role="alert">
        {error.message}{" "}
        <button type="button" onClick={retry}>
          Try again
        </button>
      </p>
    );
  }
  return (
    <section aria-label="Meadow">
      <p>{status}</p>
      <canvas
        ref={canvas}
        width={400}
        height={300}
        onPointerMove={({ nativeEvent }) => world?.moveTo({ x: nativeEvent.offsetX, y: nativeEvent.offsetY })}
      />
      <ul>
        {people.map((person) => (
          <li key={person.id}>
            {person.name} {person.isMe ? "(me)" : person.status}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Talk() {
  const { chat, lines, counts } = useChat("meadow");
  const say = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const field = event.currentTarget.elements.namedItem("text") as HTMLInputElement;
    void chat?.say(field.value);
    field.value = "";
  };
  return (
    <section aria-label="Chat">
      <p>{counts.online} online</p>
      <ol>
        {lines.map((line) => (
          <li key={line.seq}>
            {line.author.name}: {line.text}
          </li>
        ))}
      </ol>
      <form onSubmit={say}>
        <input name="text" aria-label="Say something" disabled={!chat} />
      </form>
    </section>
  );
}

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <HereaboutsProvider name="Ada">
      <Meadow />
      <Talk />
    </HereaboutsProvider>
  </StrictMode>,
);
