// Owns the body of the agent object's `recover`: who found a task without a segment that goes on, and why.
import { z } from "zod";
import { actorIdSchema, reasonSchema } from "./api.ts";

export const recoverInputSchema = z.strictObject({
  reason: reasonSchema,
  /** Absent: a supervisor. */
  by: z.exactOptional(actorIdSchema),
  park: z.boolean().default(false),
  /** How often the engine has tried the segment before it gave up on it. */
  attempts: z.exactOptional(z.int().min(1)),
  /** A segment that runs gives up its model call. */
  abort: z.exactOptional(z.literal(true)),
});
export type RecoverInput = z.infer<typeof recoverInputSchema>;
