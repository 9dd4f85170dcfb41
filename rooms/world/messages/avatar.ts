/** How one looks. What a change leaves out stays as it was. Whoever is muted changes their colour only: the rest can speak. */
import { HereaboutsError } from "../../../schema/errors.ts";
import { type AvatarChange, limits, worldMessages } from "../../../schema/messages.ts";
import type { AvatarState } from "../../../schema/world.ts";
import type { WorldHost } from "./host.ts";

export function handleAvatar(room: WorldHost): void {
  room.gate.handle("avatar", worldMessages.avatar, ({ userData }, change) => {
    const { person } = userData!.identity;
    if (change.face !== undefined || change.showing !== undefined) room.mayShow(userData!);
    const avatar = room.state.people.get(person)?.avatar;
    if (!avatar) return;
    changeAvatar(avatar, change);
    room.recorder.changed(person);
  });
}

/** Throws TOO_LARGE if the whole would be more than an avatar may be. */
export function changeAvatar(avatar: AvatarState, change: AvatarChange): void {
  const next = { color: avatar.color, face: avatar.face, showing: avatar.showing, ...withoutUndefined(change) };
  const size = Buffer.byteLength(next.color + next.face + next.showing);
  if (size > limits.avatarBytes) {
    throw new HereaboutsError("TOO_LARGE", `The avatar has ${size} bytes; the limit is ${limits.avatarBytes}.`);
  }
  Object.assign(avatar, next);
}

function withoutUndefined(change: AvatarChange): AvatarChange {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
