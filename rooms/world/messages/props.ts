/** Setting and deleting props. */
import { worldMessages } from "../../../schema/messages.ts";
import type { WorldHost } from "./host.ts";

export function handleProps(room: WorldHost): void {
  room.gate.handle("prop.set", worldMessages["prop.set"], ({ userData }, message) =>
    room.props.set(userData!.identity.person, message),
  );
  room.gate.handle("prop.delete", worldMessages["prop.delete"], ({ userData }, { key }) =>
    room.props.delete(userData!.identity.person, key),
  );
}
