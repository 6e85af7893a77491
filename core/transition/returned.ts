// Owns the form in which a call's outcome is recorded, wherever it comes from: the tool itself,
// its `reconcile`, or a person.
import type { Answered, CallPosition, EventBody, EventData } from "../../contract/event.ts";
import type { AnyTool, ToolResult } from "../../contract/tool.ts";
import { evidenceIn } from "../call-evidence.ts";
import { EFFECT_POLICY } from "../effect-policy.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { positionOf } from "./next-attempt.ts";

type Kept = keyof CallPosition | keyof Answered | "attempt" | "effect" | "argumentsDigest";
type OutcomeOf<Data> = Data extends { outcome: string } ? Omit<Data, Kept> : never;
type Outcome = OutcomeOf<EventData["tool.returned"]>;

export function returned(
  operation: OpenOperation,
  answered: Answered,
  outcome: Outcome,
): EventBody {
  const { attempt, effect, argumentsDigest } = operation;
  const { toolVersion, startedAt, durationMs } = answered;
  const timing = { startedAt, durationMs, toolVersion };
  const data: EventData["tool.returned"] = {
    ...positionOf(operation),
    attempt,
    effect,
    argumentsDigest,
    ...timing,
    ...evidenceIn(answered),
    ...outcome,
  };
  return { type: "tool.returned", data };
}

/** The effect is counted where the tool can undo it (R46). */
export function okData(
  head: TaskHead,
  { effect, answerSeq }: OpenOperation,
  { result, mediaType, excerpt }: Omit<ToolResult, "outcome">,
  tool: AnyTool | undefined,
): Extract<Outcome, { outcome: "ok" }> {
  const undoable = tool?.compensate !== undefined && EFFECT_POLICY[effect].changes;
  return {
    outcome: "ok",
    result,
    mediaType,
    endsTask: tool?.endsTask ?? false,
    ...(excerpt === undefined ? {} : { excerpt }),
    ...(undoable ? { compensable: { n: (head.effects ?? 0) + 1, answerSeq } } : {}),
  };
}
