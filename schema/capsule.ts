/** What others need of capsules, the recordings of worlds: reading one, ending one that was cut, taking a person out of one. */
export { type Capsule, type Reading, type ReplayPerson, readCapsule } from "./capsule/capsule.ts";
export type { CapsuleEvent, CapsulePerson } from "./capsule/events.ts";
export { wholeLength } from "./capsule/file.ts";
export { redact } from "./capsule/redact.ts";
