/**
 * The slow truth of a world, synced by Colyseus: who is in it and what stands in it.
 * Poses are not here: they travel as frames (schema/frames.ts), because patches cost n squared.
 */
import { type SchemaType, schema, t } from "@colyseus/schema";

/** What a person looks like. `showing` is text or a small picture as a data URL, at most 4 KB. */
export const AvatarState = schema(
  {
    color: t.string(),
    face: t.string(),
    showing: t.string(),
  },
  "Avatar",
);

/** One person of a world's roster. */
export const PersonState = schema(
  {
    id: t.string(),
    /** Index of this person in movement frames. */
    slot: t.uint16(),
    handle: t.string(),
    name: t.string(),
    /** human, ai or persona */
    kind: t.string(),
    guest: t.boolean(),
    /** here, away (connection lost, held for the grace period) or ghost (went to another piece) */
    status: t.string(),
    /** Slug of the piece a ghost went to, if shared. */
    to: t.string(),
    /** focused, visible or hidden */
    attention: t.string(),
    connections: t.uint16(),
    /** Server time in ms since the epoch. */
    since: t.number(),
    avatar: t.ref(AvatarState),
  },
  "Person",
);

/** One prop. `value` is JSON text. `owner` is a person's id, or empty: then anyone may change it. */
export const PropState = schema(
  {
    value: t.string(),
    owner: t.string(),
    saved: t.boolean(),
  },
  "Prop",
);

/** The Geometry of this world (schema/geometry.ts): its bounds in its own units, and what frames are measured in. */
export const BoundsState = schema(
  {
    minX: t.number(),
    minY: t.number(),
    minZ: t.number(),
    maxX: t.number(),
    maxY: t.number(),
    maxZ: t.number(),
    step: t.number(),
  },
  "Bounds",
);

export const WorldState = schema(
  {
    slug: t.string(),
    people: t.map(PersonState),
    props: t.map(PropState),
    bounds: t.ref(BoundsState),
    tickHz: t.uint8(),
    /** Exact counts, also where the list is capped. */
    peopleCount: t.uint32(),
    connectionCount: t.uint32(),
    guestCount: t.uint32(),
  },
  "World",
);

export type WorldState = SchemaType<typeof WorldState>;
export type PersonState = SchemaType<typeof PersonState>;
export type AvatarState = SchemaType<typeof AvatarState>;
export type PropState = SchemaType<typeof PropState>;
