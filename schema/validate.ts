/**
 * Validation that never throws, whatever it is given.
 *
 * Zod (4.6.7) compares the `length` of what stands where a text should be even if that is no text, and a length that is an
 * object of the sender's making, `{"length":{"toString":1}}`, throws in the comparison. Such a value does not fit.
 */
import { z } from "zod";

export function validate<T extends z.ZodType>(shape: T, value: unknown): z.ZodSafeParseResult<z.output<T>> {
  try {
    return shape.safeParse(value);
  } catch {
    const error = new z.ZodError([{ code: "custom", path: [], message: "Invalid input", input: value }]);
    return { success: false, error: error as z.ZodError<z.output<T>> };
  }
}
