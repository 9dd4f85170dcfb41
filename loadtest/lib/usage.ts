/** An error of whoever typed the command: shown as one line, without a stack, exit code 1. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
