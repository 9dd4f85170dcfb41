/** Cuts a connection as a network would: no close frame. */
import type { Chat, World } from "../../client/index.ts";

export function cut({ room }: World | Chat): void {
  const { ws } = room.connection.transport as unknown as { ws: { terminate?(): void; close(): void } };
  if (ws.terminate) ws.terminate();
  else ws.close();
}
