// Owns holding a value from outside against a schema. zod's own `safeParse` throws where a check of length
// meets an object whose `length` is no number, which would be a failure that is tried again for ever.
import { z } from "zod";

/** As `schema.safeParse`. Never throws. */
export function parseSafely<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  try {
    return schema.safeParse(value);
  } catch {
    const message = "holds an object in the place of a text or a list";
    const error = new z.ZodError([{ code: "custom", path: [], message, input: undefined }]);
    return { success: false, error: error as z.ZodError<T> };
  }
}
