// Owns what a task has used, step by step, and what each step was sent, as far as its log says it. Pure.
import type { EventData, TaskEvent } from "../../contract/event.ts";

export interface ModelStep {
  readonly seq: number;
  readonly at: number;
  readonly step: number;
  readonly provider: string;
  readonly model: string;
  readonly usage: EventData["model.answered"]["usage"];
  readonly durationMs: number;
  /** What the model was sent is made of the log up to this entry, whose hash this is. */
  readonly contextTo: number;
  readonly contextDigest: string;
  readonly requestDigest: string;
  readonly manifest: string;
  /** In millionths of the currency, where a budget has settled it. */
  readonly money?: number;
}

export interface Usage {
  readonly steps: readonly ModelStep[];
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
  readonly modelMs: number;
  readonly toolCalls: number;
  readonly toolMs: number;
  /** Undefined where no budget counts money. */
  readonly money?: number;
}

export function usageOf(events: readonly TaskEvent[]): Usage {
  const steps: ModelStep[] = [];
  let toolCalls = 0;
  let toolMs = 0;
  let money: number | undefined;
  for (const event of events) {
    if (event.erased !== undefined) continue;
    if (event.type === "model.answered") steps.push(stepOf(event.seq, event.at, event.data));
    else if (event.type === "tool.returned") {
      toolCalls += 1;
      toolMs += event.data.durationMs;
    } else if (event.type === "budget.settled" && event.data.used.money !== undefined) {
      money = (money ?? 0) + event.data.used.money;
    }
  }
  const sum = (of: (step: ModelStep) => number | undefined): number =>
    steps.reduce((total, step) => total + (of(step) ?? 0), 0);
  return {
    steps,
    inputTokens: sum(({ usage }) => usage.inputTokens),
    cachedTokens: sum(({ usage }) => usage.cachedInputTokens),
    outputTokens: sum(({ usage }) => usage.outputTokens),
    reasoningTokens: sum(({ usage }) => usage.reasoningTokens),
    modelMs: sum(({ durationMs }) => durationMs),
    toolCalls,
    toolMs,
    ...(money === undefined ? {} : { money }),
  };
}

function stepOf(seq: number, at: number, data: EventData["model.answered"]): ModelStep {
  const { step, provider, model, usage, durationMs } = data;
  const { contextTo, contextDigest, requestDigest, manifest } = data;
  return {
    seq,
    at,
    step,
    provider,
    model,
    usage,
    durationMs,
    contextTo,
    contextDigest,
    requestDigest,
    manifest,
  };
}

const SENT: ReadonlySet<TaskEvent["type"]> = new Set([
  "message.received",
  "model.answered",
  "tool.returned",
  "call.refused",
  "call.withdrawn",
  "answer.rejected",
]);

/** The entries that a step's context is made of, oldest first: what of the log a model is sent. */
export function sentIn(
  events: readonly TaskEvent[],
  { contextTo }: ModelStep,
): readonly TaskEvent[] {
  const dropped = new Set<number>();
  const sent = events.slice(0, contextTo + 1).filter((event) => {
    if (event.type === "message.quarantined") dropped.add(event.data.seq);
    return SENT.has(event.type) && !isDropped(event);
  });
  return sent.filter(({ seq }) => !dropped.has(seq));
}

/** An answer that was of no use may be kept from the model. */
function isDropped(event: TaskEvent): boolean {
  return event.type === "answer.rejected" && event.data.note === undefined;
}
