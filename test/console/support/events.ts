// Owns entries of a log as these tests make them: what happened, and the rest as it does not matter.
import type { EventData, EventType, TaskEvent } from "../../../contract/event.ts";

export interface Entry<T extends EventType> {
  readonly type: T;
  readonly data: EventData[T];
  readonly at?: number;
  readonly by?: string;
  readonly reason?: string;
}

/** Of one type, with its own data. */
export function entry<T extends EventType>(
  type: T,
  data: EventData[T],
  more: Omit<Entry<T>, "type" | "data"> = {},
): Entry<T> {
  return { type, data, ...more };
}

const NO_HASH = "0".repeat(64);

/** One after the other, a second apart where they say no time. */
export function logOf(entries: readonly Entry<EventType>[]): readonly TaskEvent[] {
  return entries.map(({ type, data, at, by, reason }, seq) => {
    const actor = by === undefined ? { kind: "runtime" } : { kind: "operator", id: by };
    const sealed = { v: 1, seq, at: at ?? seq * 1_000, actor, prev: NO_HASH, hash: NO_HASH };
    return { type, data, ...sealed, ...(reason === undefined ? {} : { reason }) } as TaskEvent;
  });
}

const position = (ordinal: number, tool: string) => ({
  operationId: `uid/1/${ordinal}/1`,
  step: 1,
  ordinal,
  callId: `c${ordinal}`,
  tool,
});

export function asked(contextTo: number, at: number): Entry<"model.answered"> {
  const data: EventData["model.answered"] = {
    provider: "p",
    model: "m-1",
    step: 1,
    contextTo,
    contextDigest: NO_HASH,
    requestDigest: NO_HASH,
    manifest: NO_HASH,
    room: 1,
    answer: {
      text: { text: "I pay it back." },
      calls: [
        {
          callId: "c1",
          name: "refund",
          arguments: { text: '{"order":"1"}' },
          check: { ok: true, digest: NO_HASH, toolVersion: "1", effect: "financial" },
        },
      ],
      finish: "tool-calls",
    },
    usage: { inputTokens: 100, outputTokens: 20, cachedInputTokens: 60 },
    response: { text: "{}" },
    fallbacks: [],
    unregistered: [],
    startedAt: at - 400,
    durationMs: 400,
  };
  return entry("model.answered", data, { at });
}

export function returned(
  outcome: "ok" | "unknown",
  { at, startedAt }: { readonly at: number; readonly startedAt: number },
): Entry<"tool.returned"> {
  const call = {
    ...position(1, "refund"),
    attempt: 1,
    toolVersion: "1",
    effect: "financial",
    argumentsDigest: NO_HASH,
    startedAt,
    durationMs: at - startedAt,
  } as const;
  const data: EventData["tool.returned"] =
    outcome === "ok"
      ? {
          ...call,
          outcome,
          result: { text: '"done"' },
          mediaType: "application/json",
          endsTask: false,
        }
      : { ...call, outcome, reason: "the bank did not answer" };
  return entry("tool.returned", data, { at });
}

export function requested(at: number): Entry<"approval.requested"> {
  const rule = {
    deciders: "anyone",
    quorum: 1,
    separationOfDuties: false,
    expiresAfterMs: 1,
    escalation: [],
    bareAwakeable: false,
  } as const;
  const data: EventData["approval.requested"] = {
    ...position(1, "refund"),
    toolVersion: "1",
    effect: "financial",
    argumentsDigest: NO_HASH,
    digest: NO_HASH,
    approvalId: "ap-1",
    request: 1,
    agentVersion: "1",
    policyVersion: NO_HASH,
    rule,
    requestedAt: at,
    expiresAt: at + 1,
  };
  return entry("approval.requested", data, { at });
}

export function decided(at: number, by: string): Entry<"approval.decided"> {
  const data: EventData["approval.decided"] = {
    operationId: "uid/1/1/1",
    approvalId: "ap-1",
    number: 1,
    digest: NO_HASH,
    decision: "approve",
    by,
    persons: [by],
    receiptId: NO_HASH,
    via: "decide",
  };
  return entry("approval.decided", data, { at });
}

export function segment(n: number, manifest: string): Entry<"segment.started"> {
  const data = { segment: n, invocationId: `inv_${n}`, agentVersion: String(n), manifest };
  return entry("segment.started", data);
}
