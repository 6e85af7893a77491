// The agent in memory, with a scripted model: no server, no key, no waiting.
import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, test } from "node:test";
import { runInMemory, scriptedModel } from "holdfast/testing";
import { clerk } from "../src/agent.ts";

after(() => rm("outbox", { recursive: true, force: true }));

test("a letter is sent once a person has approved it", async () => {
  const letter = { to: "Ada", body: "Your order has arrived." };
  const model = scriptedModel([
    { calls: [{ tool: "send_letter", arguments: letter }] },
    "It is sent.",
  ]);
  const agent = clerk({ provider: "main", model: "any" });
  const task = runInMemory({ agent, providers: { main: model } });

  await task.start("Write to Ada that her order has arrived.");
  const waiting = await task.until("waiting-approval");
  assert.deepEqual(waiting.operations[0]?.proposal?.arguments, letter);

  await task.decide({ decision: "approve" });
  const done = await task.until("idle");
  assert.equal(done.lastTurn?.answer, "It is sent.");
  model.assertDone();
});
