/**
 * What a request is answered with is done as one (SE3): by its path, and for whom as soon as a route knows that. What
 * another process passed on is `remote`.
 */
import type { RequestHandler } from "express";
import { within } from "../services/context.ts";

const maxChars = 80;

export const inContext: RequestHandler = ({ method, path }, { locals }, next) => {
  const environment = locals["passed"] ? "remote" : "server";
  within({ environment }, `${method} ${path}`.slice(0, maxChars), () => next());
};
