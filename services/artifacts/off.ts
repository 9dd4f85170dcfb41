/** ARTIFACTS=off: nothing is kept of any session. */
import { HereaboutsError } from "../../schema/errors.ts";
import type { Artifacts } from "./artifacts.ts";

const notFound = async (): Promise<never> => {
  throw new HereaboutsError("ARTIFACT_NOT_FOUND", "ARTIFACTS is off.");
};

export const noArtifacts: Artifacts = {
  folder: () => undefined,
  list: async () => [],
  show: notFound,
  pathOf: notFound,
  removeFile: notFound,
  remove: notFound,
  erase: async () => 0,
  flush: async () => {},
  close: async () => {},
};
