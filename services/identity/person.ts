/** Who someone is, as far as rooms need to know. Verified once, at joining; never taken from a message. */

export type Kind = "human" | "ai" | "persona";
/** A `service` speaks for people who are not here (bridges); it moderates nothing. */
export type Role = "member" | "service" | "moderator" | "admin";

export interface Identity {
  /** Public id: a keyed hash of the subject, so that it tells nothing about them and is the same in every room. */
  readonly person: string;
  readonly handle: string;
  readonly name: string;
  readonly kind: Kind;
  readonly role: Role;
  readonly guest: boolean;
}

export function isModeratorRole(role: Role): boolean {
  return role === "moderator" || role === "admin";
}
