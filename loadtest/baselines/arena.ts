/** State of the baseline's room, as a Colyseus user would write it: a map of players, positions as float32. */
import { type SchemaType, schema, t } from "@colyseus/schema";

export const Player = schema({ name: t.string(), x: t.float32(), y: t.float32() }, "Player");

export const ArenaState = schema({ players: t.map(Player) }, "ArenaState");
export type ArenaState = SchemaType<typeof ArenaState>;
