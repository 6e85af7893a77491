// Owns the built-in tool by which a model waits for what it has open in the background.
import { z } from "zod";
import { MAX_BACKGROUND } from "../contract/wait.ts";
import { defineWait } from "./define-wait.ts";

/**
 * Lets the agent wait for one or all of its operations in the background (docs/waits.md). What they
 * bring are messages of their own; the call's result says which have ended.
 */
export const waitForOperations = defineWait({
  name: "wait_for_operations",
  description:
    "Waits for operations that you have open in the background: until the first of them has ended " +
    "(`any`), or the last (`all`). What they bring reaches you as a message for each. It costs " +
    "nothing. If the deadline passes before, the result says so, and they go on.",
  input: z.strictObject({
    until: z.enum(["any", "all"]).describe("The first of them, or the last."),
    operations: z
      .array(z.string().trim().min(1))
      .min(1)
      .max(MAX_BACKGROUND)
      .optional()
      .describe("Ids of operations. Left out: all that are open."),
    deadline_seconds: z
      .int()
      .min(1)
      .optional()
      .describe("How long to wait at most, in seconds. Left out: as long as is allowed."),
  }),
  wait: ({ until, operations, deadline_seconds: seconds }, { now, maxWaitMs }) => ({
    kind: "operations",
    until,
    ...(operations === undefined ? {} : { operations }),
    deadlineAt: now + (seconds === undefined ? maxWaitMs : seconds * 1_000),
  }),
});
