/**
 * Whether a listener hears something, and what to do if not (AU9). Pure: signs and their times in, a state and a remedy
 * out. The ears come first: sound lives while `currentTime` moves, whatever the browser's events say.
 *
 * Sound that stands still for 8 s is struggling, for 12 s dead; `ended` and `error` are death at once. A stall is
 * unhealthy while what is buffered still plays, and death once the sound stands still at a check too. Neither a pause nor
 * sound that the browser does not let begin is any of these.
 */

/** `off`: nobody listens. `struggling`: it stands still. `dead`: it is being brought back. */
export type SoundHealth = "off" | "starting" | "healthy" | "unhealthy" | "struggling" | "dead";

export type Health = {
  readonly sound: SoundHealth;
  /** The listener's link to what is told about the session. */
  readonly events: "off" | "open" | "lost";
  /** Where `currentTime` was when it was last seen to move, in seconds, and when that was. */
  readonly position: number;
  readonly movedAt: number;
  readonly isStalled: boolean;
  /** When the events were lost, or their reconnecting was last asked for. */
  readonly lostAt: number;
};

export type Sign =
  | { readonly type: "start" | "stop" | "waiting" | "stalled" | "progress" | "ended" | "error" }
  | { readonly type: "events"; readonly is: "off" | "open" | "lost" }
  /** `position`: `currentTime` as it is now. */
  | { readonly type: "timeupdate" | "check"; readonly position: number };

/** `reconnect`: the events, to the session that is heard. `restart`: both, beginning with the session. */
export type Remedy = "none" | "reconnect" | "restart";

export const checkMs = 2000;
export const reconnectMs = 2000;
const strugglingMs = 8000;
const deadMs = 12_000;

export const atRest: Health = {
  sound: "off",
  events: "off",
  position: 0,
  movedAt: 0,
  isStalled: false,
  lostAt: 0,
};

export function next(health: Health, sign: Sign, now: number): { health: Health; remedy: Remedy } {
  const after = take(health, sign, now);
  const remedy = remedyOf(health, after, sign, now);
  return { health: remedy === "reconnect" ? { ...after, lostAt: now } : after, remedy };
}

function take(health: Health, sign: Sign, now: number): Health {
  const isOn = health.sound !== "off" && health.sound !== "dead";
  switch (sign.type) {
    case "start":
      return { ...health, sound: "starting", position: 0, movedAt: now, isStalled: false };
    case "stop":
      return { ...health, sound: "off", isStalled: false };
    case "events":
      return { ...health, events: sign.is, lostAt: now };
    case "ended":
    case "error":
      return isOn ? { ...health, sound: "dead" } : health;
    case "waiting":
      return health.sound === "healthy" ? { ...health, sound: "unhealthy" } : health;
    case "stalled":
      return isOn ? { ...health, isStalled: true, sound: worse(health.sound) } : health;
    case "progress":
      return { ...health, isStalled: false };
    case "timeupdate":
      return isOn ? moved(health, sign.position, now) : health;
    case "check":
      return isOn ? checked(moved(health, sign.position, now), now) : health;
  }
}

function moved(health: Health, position: number, now: number): Health {
  if (position === health.position) return health;
  return { ...health, position, movedAt: now, sound: health.isStalled ? "unhealthy" : "healthy" };
}

function checked(health: Health, now: number): Health {
  const silentMs = now - health.movedAt;
  if (silentMs >= deadMs || (health.isStalled && silentMs >= checkMs)) return { ...health, sound: "dead" };
  return silentMs >= strugglingMs ? { ...health, sound: "struggling" } : health;
}

const worse = (sound: SoundHealth): SoundHealth => (sound === "struggling" ? sound : "unhealthy");

function remedyOf(before: Health, health: Health, sign: Sign, now: number): Remedy {
  if (health.sound === "dead") return before.sound === "dead" ? "none" : "restart";
  if (sign.type !== "check" || health.events !== "lost" || now - health.lostAt < reconnectMs) return "none";
  return health.sound === "unhealthy" || health.sound === "struggling" ? "restart" : "reconnect";
}
