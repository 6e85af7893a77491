// Owns the built-in tool by which a model sees what it has open in the background.
import { z } from "zod";
import { defineWait } from "./define-wait.ts";

/** Lets the agent list its operations in the background (docs/waits.md). Answered by the task itself. */
export const listOperations = defineWait({
  name: "list_operations",
  description:
    "Lists the operations that you have open in the background: ids, since when, and until when at " +
    "most. You need not ask for what has ended: it reaches you by itself.",
  input: z.strictObject({}),
  wait: (_, { now, maxWaitMs }) => ({
    kind: "operations",
    until: "now",
    deadlineAt: now + maxWaitMs,
  }),
});
