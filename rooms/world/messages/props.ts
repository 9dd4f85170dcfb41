/** Setting and deleting props, by whoever is not muted: a prop can speak. */
import { worldMessages } from "../../../schema/messages.ts";
import type { WorldHost } from "./host.ts";

export function handleProps(room: WorldHost): void {
  room.gate.handle("prop.set", worldMessages["prop.set"], ({ userData }, message) => {
    const { person } = userData!.identity;
    room.mayShow(userData!);
    const set = room.props.set(person, message);
    room.recorder.propChanged(message.key, person);
    return set;
  });
  room.gate.handle("prop.delete", worldMessages["prop.delete"], ({ userData }, { key }) => {
    const { person } = userData!.identity;
    room.mayShow(userData!);
    room.props.delete(person, key);
    room.recorder.propChanged(key, person);
  });
}
