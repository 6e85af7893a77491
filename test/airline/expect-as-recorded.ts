// Owns what must hold of a conversation that was played through the runtime, whatever happened
// to its worker meanwhile.
import { expect } from "vitest";
import { chainProblem } from "../../core/log.ts";
import type { Played } from "./airline.ts";
import {
  ENDING_TOOL,
  expectedModelCalls,
  recordedCalls,
  recordedTurns,
  successfulCalls,
  WRITES,
  writes,
} from "./conversation.ts";
import type { Conversation } from "./dataset.ts";
import { sameOutput } from "./match-messages.ts";

/** With `approved`, each write was allowed by the operator, and nothing else was asked of him. */
export function expectAsRecorded(
  conversation: Conversation,
  played: Played,
  approved = false,
): void {
  const { id } = conversation;
  const calls = recordedCalls(conversation);
  const differing = calls.filter(({ output }, n) => !sameOutput(played.outputs[n] ?? "", output));
  expect(played.outputs, id).toHaveLength(calls.length);
  expect(differing, id).toEqual([]);
  expect(played.digest, id).toBe(conversation.final_db_sha256_norm);
  expectEffectsOnce(conversation, played);
  const asked = recordedCalls(conversation).filter(({ name }) => WRITES.has(name));
  expect(played.approvals, id).toBe(approved ? asked.length : 0);

  // The model checks every message that it is sent.
  expect(played.refusals, id).toEqual([]);
  // One turn after the other, each model call at least once, and only those in flight again.
  expect(played.modelCalls, id).toHaveLength(expectedModelCalls(conversation));
  expect(Math.min(...played.modelCalls), id).toBe(1);
  expect(extra(played.modelCalls), id).toBeLessThanOrEqual(played.kills);

  const { status, log } = played;
  const turns = recordedTurns(conversation);
  const ended = turns.at(-1)?.answer === undefined;
  expect(status, id).toMatchObject({
    status: ended ? "completed" : "idle",
    turn: turns.length,
    step: expectedModelCalls(conversation),
    operations: [],
    usage: { modelCalls: expectedModelCalls(conversation), toolCalls: calls.length },
  });
  expect(chainProblem(log), id).toBeUndefined();
  expect(count(log, "message.received"), id).toBe(turns.length);
  expect(count(log, "model.answered"), id).toBe(expectedModelCalls(conversation));
  expect(count(log, "tool.returned"), id).toBe(calls.length);
  expect(count(log, "turn.completed"), id).toBe(turns.length);
}

/** Each write once, and only what was in flight at a kill asked for again, under its old key. */
function expectEffectsOnce(conversation: Conversation, played: Played): void {
  const { id } = conversation;
  const expected = [...writes(conversation), ...successfulCalls(conversation).filter(isTransfer)];
  expect(played.effects.map(({ tool }) => tool).toSorted(), id).toEqual(
    expected.map(({ name }) => name).toSorted(),
  );
  const arrivals = new Map<string, { readonly tool: string; times: number }>();
  for (const { idempotencyKey, tool } of played.requests) {
    const arrival = arrivals.get(idempotencyKey) ?? { tool, times: 0 };
    arrivals.set(idempotencyKey, { tool, times: arrival.times + 1 });
  }
  const arrived = [...arrivals.values()];
  expect(
    arrived.map(({ tool }) => tool),
    id,
  ).toEqual(recordedCalls(conversation).map(({ name }) => name));
  expect(extra(arrived.map(({ times }) => times)), id).toBeLessThanOrEqual(played.kills);
}

function isTransfer({ name }: { readonly name: string }): boolean {
  return name === ENDING_TOOL;
}

/** How much above one each. */
export function extra(counts: readonly number[]): number {
  return counts.reduce((sum, times) => sum + times - 1, 0);
}

function count(log: Played["log"], type: Played["log"][number]["type"]): number {
  return log.filter((event) => event.type === type).length;
}
