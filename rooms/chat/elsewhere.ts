/** Saying something in a chat that is open in another process: what a service posts there reaches the room at its home. */
import type { OtherChats } from "../../services/chats/chats.ts";
import type { Cluster } from "../../services/cluster/cluster.ts";
import { callRoom } from "../remote.ts";

export function chatsElsewhere(cluster: Cluster): OtherChats {
  return {
    async say(instance, said) {
      const home = await cluster.find(`chat:${instance}`);
      return home && home.process !== cluster.id ? callRoom(home.value, "sayFor", [said]) : undefined;
    },
    channel: cluster.channel("chats"),
  };
}
