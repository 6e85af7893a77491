// Owns the built-in tool by which a model ends one operation that it has open in the background.
import { z } from "zod";
import { defineWait } from "./define-wait.ts";

/** Lets the agent end one of its operations in the background, alone (docs/waits.md). */
export const cancelOperation = defineWait({
  name: "cancel_operation",
  description:
    "Ends one operation that you have open in the background, and nothing else: it is waited for no " +
    "more, and an agent that works on it is stopped. Use it when you do not need what it would bring.",
  input: z.strictObject({
    operation: z.string().trim().min(1).describe("The operation's id."),
  }),
  wait: ({ operation }, { now, maxWaitMs }) => ({
    kind: "operations",
    operations: [operation],
    until: "now",
    cancel: true,
    deadlineAt: now + maxWaitMs,
  }),
});
