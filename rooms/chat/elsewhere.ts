/** Saying something in a chat that is open in another process: what a service posts there reaches the room at its home. */
import { matchMaker } from "@colyseus/core";
import { HereaboutsError, type Refusal } from "../../schema/errors.ts";
import type { Appended } from "../../services/chatlog/chatlog.ts";
import type { OtherChats } from "../../services/chats/chats.ts";
import type { Cluster } from "../../services/cluster/cluster.ts";

/** Errors lose their code on the way between processes: a refusal is an answer. */
export type SaidThere = { appended: Appended } | { refusal: Refusal };

const answerMs = 1000;

export function chatsElsewhere(cluster: Cluster): OtherChats {
  return {
    async say(instance, said) {
      const home = await cluster.find(`chat:${instance}`);
      if (!home || home.process === cluster.id) return undefined;
      const answer = await ask(home.value, said);
      if ("refusal" in answer) throw HereaboutsError.fromRefusal(answer.refusal);
      return answer.appended;
    },
    channel: cluster.channel("chats"),
  };
}

async function ask(roomId: string, said: Parameters<OtherChats["say"]>[1]): Promise<SaidThere> {
  try {
    return (await matchMaker.remoteRoomCall(roomId, "sayFor" as never, [said] as never, answerMs)) as SaidThere;
  } catch (cause) {
    throw new HereaboutsError("UNAVAILABLE", "The process that the chat is in does not answer.", { cause });
  }
}
