// Owns the built-in tool by which a model waits for an event from outside.
import { z } from "zod";
import { idProblem } from "../contract/ids.ts";
import { backgroundArgument, defineWait, inBackground } from "./define-wait.ts";

const identifier = z.string().superRefine((value, ctx) => {
  const problem = idProblem(value);
  if (problem !== undefined) ctx.addIssue({ code: "custom", message: problem });
});

/**
 * Lets the agent wait until an event of this topic and key is published (docs/waits.md). The
 * event's payload is the call's result. Without a deadline the agent's `limits.maxWaitMs` is it.
 */
export const waitForEvent = defineWait({
  name: "wait_for_event",
  description:
    "Waits until something is reported from outside, and returns what was reported. `topic` says " +
    "what kind of event, `key` what it is about: only an event with exactly this topic and key ends " +
    "the wait. Use topics and keys that you were told of or that a tool gave you; do not invent " +
    "them. One that was reported shortly before counts too. If nothing comes by the deadline, the " +
    "result says so.",
  input: z.strictObject({
    topic: identifier.describe("What kind of event it is, such as payment.settled."),
    key: identifier.describe("What it is about, such as an order number."),
    deadline_seconds: z
      .int()
      .min(1)
      .optional()
      .describe("How long to wait at most, in seconds. Left out: as long as is allowed."),
    background: backgroundArgument,
  }),
  wait: ({ topic, key, deadline_seconds: seconds, background }, { now, maxWaitMs }) => ({
    kind: "event",
    ...inBackground(background),
    topic,
    key,
    deadlineAt: now + (seconds === undefined ? maxWaitMs : seconds * 1_000),
  }),
});
