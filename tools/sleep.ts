// Owns the built-in tool by which a model waits for a time.
import { z } from "zod";
import { backgroundArgument, defineWait, inBackground } from "./define-wait.ts";

/**
 * Lets the agent stop until a time, or for some time. Nothing runs meanwhile, for however long;
 * the agent's `limits.maxWaitMs` is the bound.
 */
export const sleep = defineWait({
  name: "sleep",
  description:
    "Stops work until a time comes, and then goes on. Give either `seconds`, to wait that long from " +
    "now, or `until`, an exact time. It costs nothing, may take days, and the result says what time " +
    "it is then. Use it when nothing useful can be done before that time, or between two looks at " +
    "something that changes slowly. To wait for something that will be reported, use an event instead.",
  input: z
    .strictObject({
      seconds: z.int().min(1).optional().describe("How long to wait, in seconds."),
      background: backgroundArgument,
      until: z.iso
        .datetime({ offset: true })
        .optional()
        .describe("When to go on: ISO 8601 with a time zone, such as 2026-03-01T09:30:00Z."),
    })
    .refine(({ seconds, until }) => (seconds === undefined) !== (until === undefined), {
      message: "give either seconds or until",
    }),
  wait: ({ seconds, until, background }, { now }) => ({
    kind: "timer",
    ...inBackground(background),
    at: until === undefined ? now + (seconds ?? 0) * 1_000 : Date.parse(until),
  }),
});
