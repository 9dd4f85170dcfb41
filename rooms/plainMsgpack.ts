/**
 * Import it before anything that unpacks. Keeps `msgpackr` from its native part, which is not installed (`overrides` in
 * package.json) and which it calls all the same: an error thrown and caught for each message that has a text, and that is
 * thirty times what unpacking the message takes.
 */
import { env } from "node:process";

env["MSGPACKR_NATIVE_ACCELERATION_DISABLED"] = "true";
