// Owns the built-in tool by which a model asks the people around it.
import { z } from "zod";
import { MAX_OPTION, MAX_OPTIONS, MAX_QUESTION } from "../contract/wait.ts";
import { backgroundArgument, defineWait, inBackground } from "./define-wait.ts";

/**
 * Lets the agent put a question to a person. `status` shows it, and the handler `answer` takes the
 * answer (docs/waits.md). An answer allows nothing: what must be allowed takes an approval.
 */
export const askHuman = defineWait({
  name: "ask_human",
  description:
    "Asks a person a question and waits for the answer, which may take hours. Use it when only a " +
    "person can know or decide something, and ask everything that you need at once. Say in the " +
    "question what it is about: whoever reads it has not followed your work. Offer `options` where " +
    "the answer is a choice; it is then one of them. Do not ask for permission to call a tool: that " +
    "is asked for by itself where it is needed. If nobody answers by the deadline, the result says so.",
  input: z.strictObject({
    question: z.string().trim().min(1).max(MAX_QUESTION).describe("The question, in full."),
    options: z
      .array(z.string().trim().min(1).max(MAX_OPTION))
      .min(2)
      .max(MAX_OPTIONS)
      .optional()
      .describe("The answers to choose from, all different. Left out: any answer."),
    deadline_seconds: z
      .int()
      .min(1)
      .optional()
      .describe("How long to wait at most, in seconds. Left out: as long as is allowed."),
    background: backgroundArgument,
  }),
  wait: ({ question, options, deadline_seconds: seconds, background }, { now, maxWaitMs }) => ({
    kind: "question",
    ...inBackground(background),
    question,
    ...(options === undefined ? {} : { options }),
    deadlineAt: now + (seconds === undefined ? maxWaitMs : seconds * 1_000),
  }),
});
