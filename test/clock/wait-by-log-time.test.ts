// Owns that a wait lasts as long as it says where the log's time is ahead of the worker's clock: clocks
// differ by some seconds, or one has jumped (F27).
import { expect, it } from "vitest";
import { defineAgent, manifestOf } from "../../core/define-agent.ts";
import { GENESIS, sealEvent } from "../../core/log.ts";
import { sleep } from "../../index.ts";
import { callerOf, replyOf, scripted } from "../model/clerk.ts";
import { neverAborted } from "../model/requests.ts";
import { callFor, userMessage } from "../model/task-log.ts";

it.each([
  { loggedAt: 1_000, now: 9_000, endsAt: 69_000 },
  { loggedAt: 9_000, now: 1_000, endsAt: 69_000 },
])("F27 a minute is a minute from $loggedAt in the log, at $now", async (times) => {
  const agent = defineAgent({
    name: "sleeper",
    instructions: "You sleep.",
    model: { provider: "p", model: "m" },
    tools: [sleep],
  });
  const { loggedAt: updatedAt, now, endsAt } = times;
  const log = [sealEvent({ nextSeq: 0, hash: GENESIS, updatedAt }, userMessage("hello"), 0)];
  const nap = { callId: "a", name: "sleep", arguments: '{"seconds":60}' };
  const p = scripted(replyOf({ calls: [nap], finish: "tool-calls" }));
  const options = { agent, manifest: manifestOf(agent), now: () => now };
  const outcome = await callerOf({ providers: { p }, options })(callFor(log, 1), neverAborted());
  expect(outcome).toMatchObject({
    answer: { calls: [{ check: { ok: true, wait: { kind: "timer", at: endsAt } } }] },
  });
});
