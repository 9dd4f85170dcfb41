/**
 * The baseline: plain Colyseus schema sync, as a Colyseus user would write it, with nothing in it that costs without
 * need. A process of its own: started with an IPC channel, it says which port it took, answers each message with its
 * CPU time and memory, and ends when its parent does. `HOST` is the address to listen on.
 */
import { type Client, defineRoom, defineServer, Room } from "colyseus";
import { freePort } from "../lib/freePort.ts";
import { ArenaState, Player } from "./arena.ts";
import { host, tellParent } from "./parent.ts";

class Arena extends Room {
  override state = new ArenaState();
  override patchRate = 50;

  override messages = {
    move: (client: Client, { x, y }: { x: number; y: number }) => {
      const player = this.state.players.get(client.sessionId);
      if (!player) return;
      player.x = x;
      player.y = y;
    },
  };

  override onJoin(client: Client, { name }: { name: string }) {
    this.state.players.set(client.sessionId, new Player().assign({ name }));
  }

  override onLeave(client: Client) {
    this.state.players.delete(client.sessionId);
  }
}

const server = defineServer({ greet: false, rooms: { arena: defineRoom(Arena) } });
const port = await freePort(host);
await server.listen(port, host);
tellParent(port);
