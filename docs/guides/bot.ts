/**
 * An example bot: it sits in a chat, greets whoever comes, and answers "what time is it?".
 *
 *     npm run token -- --handle clockwork --kind ai --name Clockwork > token
 *     node docs/guides/bot.ts http://localhost:2567 system "$(cat token)"
 */
import { connect } from "hereabouts/client";

const [url = "http://localhost:2567", instance = "system", token] = process.argv.slice(2);
if (!token) {
  console.error("usage: node docs/guides/bot.ts <url> <chat> <token>");
  process.exit(1);
}
const here = await connect(url, { token });
const chat = await here.chat(instance);

chat.on("join", ({ person }) => {
  if (!person.isMe && chat.counts.online < 20) void chat.say(`Welcome, ${person.name}.`);
});
chat.on("say", ({ line, missed }) => {
  if (missed || line.isMine || !/what time is it\?/i.test(line.text)) return;
  void chat.say(`It is ${new Date().toISOString().slice(11, 16)} UTC, ${line.author.name}.`);
});
chat.on("closed", ({ error }) => {
  console.error(error?.message ?? "left");
  process.exit(1);
});
console.log(`${here.identity.name} is in ${instance}, ${chat.counts.online} online`);
