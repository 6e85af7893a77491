// Owns the bounds of a wait: what a model or a tool's author may ask for. A problem is a sentence
// that the model reads (F3).
import { idProblem } from "../../contract/ids.ts";
import { inWords, isoTime } from "../../contract/iso-time.ts";
import { MAX_CHILD_MESSAGE } from "../../contract/child.ts";
import type {
  ChildTerms,
  OperationsTerms,
  QuestionTerms,
  WaitContext,
  WaitRequest,
} from "../../contract/wait.ts";
import {
  MAX_BACKGROUND,
  MAX_OPTION,
  MAX_OPTIONS,
  MAX_QUESTION,
  WAIT_KINDS,
} from "../../contract/wait.ts";
import { endOfWait } from "./wait-terms.ts";

/** What is wrong with a wait, or undefined. Authors without types get here with anything. */
export function waitProblem(wait: WaitRequest, context: WaitContext): string | undefined {
  if (typeof wait !== "object" || wait === null) return "A wait must be an object with a kind.";
  return kindProblem(wait, context) ?? timeProblem(endOfWait(wait), wait.kind, context);
}

function kindProblem(wait: WaitRequest, context: WaitContext): string | undefined {
  switch (wait.kind) {
    case "timer":
      return undefined;
    case "event":
      return addressProblem("topic", wait.topic) ?? addressProblem("key", wait.key);
    case "question":
      return questionProblem(wait);
    case "child":
      return childProblem(wait, context);
    case "operations":
      return operationsProblem(wait, context);
    default:
      return `The kind of a wait must be one of ${WAIT_KINDS.join(", ")}.`;
  }
}

/** Whom a tool may delegate to, judge-wait.ts says. */
function childProblem({ message }: ChildTerms, { childId }: WaitContext): string | undefined {
  if (childId === undefined) return "Child tasks cannot be waited for by a tool that has run.";
  if (!("text" in message) || !isTextUpTo(message.text, MAX_CHILD_MESSAGE))
    return `The message to a child ${textRule(MAX_CHILD_MESSAGE)}.`;
  return undefined;
}

/** Whether they are open, open-wait.ts says. */
function operationsProblem(
  { operations = [], until }: OperationsTerms,
  { childId }: WaitContext,
): string | undefined {
  if (childId === undefined) return "Operations cannot be waited for by a tool that has run.";
  if (!["now", "any", "all"].includes(until)) return "Operations are waited for now, any or all.";
  const isList = Array.isArray(operations) && operations.length <= MAX_BACKGROUND;
  if (isList && operations.every((each) => isTextUpTo(each, MAX_ID))) return undefined;
  return `The operations must be a list of at most ${MAX_BACKGROUND} ids.`;
}

/** Characters of an operation id. */
const MAX_ID = 256;

function addressProblem(name: "topic" | "key", value: unknown): string | undefined {
  if (typeof value !== "string") return `The event's ${name} must be a text.`;
  const problem = idProblem(value);
  return problem === undefined ? undefined : `The event's ${name} ${problem}.`;
}

function questionProblem({ question, options }: QuestionTerms): string | undefined {
  if (!isTextUpTo(question, MAX_QUESTION)) return `The question ${textRule(MAX_QUESTION)}.`;
  if (options === undefined) return undefined;
  if (!Array.isArray(options) || options.length < 2 || options.length > MAX_OPTIONS)
    return `A question offers 2 to ${MAX_OPTIONS} options, or none.`;
  if (!options.every((each) => isTextUpTo(each, MAX_OPTION)))
    return `Each option ${textRule(MAX_OPTION)}.`;
  return new Set(options).size < options.length ? "Two of the options are equal." : undefined;
}

function isTextUpTo(value: unknown, max: number): boolean {
  if (typeof value !== "string" || value.trim() === "") return false;
  return value.length <= max && value.isWellFormed();
}

function textRule(max: number): string {
  return `must be a text of 1 to ${max} characters`;
}

function timeProblem(
  endsAt: unknown,
  kind: WaitRequest["kind"],
  { now, maxWaitMs }: WaitContext,
): string | undefined {
  const what = kind === "timer" ? "The time" : "The deadline";
  if (!Number.isSafeInteger(endsAt)) return `${what} of the wait is missing.`;
  const at = endsAt as number;
  if (at <= now) return `${what} is in the past; it is ${isoTime(now)} now.`;
  if (at <= now + maxWaitMs) return undefined;
  return `${what} is too far away: a wait lasts at most ${inWords(maxWaitMs)}; it is ${isoTime(now)} now.`;
}
