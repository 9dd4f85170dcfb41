/**
 * Loaded into a server before it starts: worlds whose slug begins with `bomb-` throw where the slug says. Stands for a
 * piece with a mistake in it, and for a mistake of our own.
 */
import { Movement } from "../../rooms/world/movement.ts";
import { People } from "../../rooms/world/people.ts";
import { Props } from "../../rooms/world/props.ts";
import { WorldRoom } from "../../rooms/world/WorldRoom.ts";

const boom = (where: string): never => {
  throw new TypeError(`boom in ${where}`);
};

const rooms = WorldRoom.prototype;
const { onCreate, onJoin, onLeave, onDrop, onDispose, onBytes } = rooms;
const isBomb = (room: WorldRoom, slug: string) => room.key === `world:bomb-${slug}`;
const exploding = new WeakSet<object>();

rooms.onCreate = async function (this: WorldRoom, options) {
  const { slug } = options as { slug: string };
  if (slug === "bomb-create") boom("onCreate");
  await onCreate.call(this, options);
  if (isBomb(this, "timer")) this.clock.setInterval(() => boom("a timer"), 20);
  if (isBomb(this, "patch")) this.onBeforePatch = () => boom("a patch");
  if (isBomb(this, "tick")) exploding.add(this.clients);
};
rooms.onJoin = async function (this: WorldRoom, client, options) {
  if (isBomb(this, "join")) boom("onJoin");
  await onJoin.call(this, client, options);
};
rooms.onLeave = function (this: WorldRoom, client, code) {
  onLeave.call(this, client, code);
  if (isBomb(this, "leave")) boom("onLeave");
};
rooms.onDrop = function (this: WorldRoom, client, code) {
  if (isBomb(this, "drop")) boom("onDrop");
  onDrop.call(this, client, code);
};
rooms.onDispose = function (this: WorldRoom) {
  onDispose.call(this);
  if (isBomb(this, "dispose")) boom("onDispose");
};
rooms.onBytes = function (this: WorldRoom, client, type, payload, now) {
  if (isBomb(this, "bytes")) boom("onBytes");
  onBytes.call(this, client, type, payload, now);
};

const { sendFrames } = Movement.prototype;
Movement.prototype.sendFrames = function (this: Movement, clients, time) {
  if (exploding.has(clients)) boom("a tick");
  sendFrames.call(this, clients, time);
};

const { apply } = People.prototype;
People.prototype.apply = function (this: People, change, counts) {
  if (change.room === "world:bomb-roster") boom("onRoster");
  apply.call(this, change, counts);
};

const { set } = Props.prototype;
Props.prototype.set = function (this: Props, person, message) {
  if (message.key === "throw") boom("a handler");
  if (message.key === "reject") return Promise.reject(new TypeError("boom in a promise")) as unknown as undefined;
  if (message.key === "nothing") throw undefined;
  return set.call(this, person, message);
};
