// Tests that an agent's definition is one thing: run in memory and on a real server it makes the
// same decisions, event by event, whatever happens to it (L2).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFsArtifactStore, createApp } from "../../index.ts";
import type { Worker } from "../../index.ts";
import { chainProblem } from "../../core/log.ts";
import { createLogger } from "../../services/log.ts";
import { comparableLog } from "../../testing/comparable-log.ts";
import { runInMemory } from "../../testing/in-memory-runner.ts";
import { connectTask } from "../../testing/ingress-client.ts";
import { scriptedModel } from "../../testing/scripted-model.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { APPROVAL_RULES, APPROVAL_SCENARIOS } from "./approval-scenarios.ts";
import { CONTROL_SCENARIOS } from "./control-scenarios.ts";
import { EFFECT_SCENARIOS } from "./effect-scenarios.ts";
import type { Scenario } from "./scenarios.ts";
import { SCENARIOS } from "./scenarios.ts";
import { WAIT_SCENARIOS } from "./wait-scenarios.ts";

const ALL = [
  ...SCENARIOS,
  ...EFFECT_SCENARIOS,
  ...APPROVAL_SCENARIOS,
  ...WAIT_SCENARIOS,
  ...CONTROL_SCENARIOS,
];
const approvals = APPROVAL_RULES;
const onServer = new Map(ALL.map(({ agent, script }) => [agent.name, scriptedModel(script)]));

let engine: TestEngine;
let worker: Worker;
beforeAll(async () => {
  engine = await startEngine();
  const app = createApp({
    agents: ALL.map(({ agent }) => agent),
    providers: Object.fromEntries(onServer),
    artifacts: createFsArtifactStore({ directory: `${engine.directory}/artifacts` }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("error"),
    approvals,
  });
  worker = await app.serve({ port: 0 });
  await worker.register();
});
afterAll(async () => {
  await worker.drain();
  await engine.stop();
});

describe.each(ALL)("$name", (scenario) => {
  it("R21 makes the same log in memory and on a server", async () => {
    const { agent, script } = scenario;
    const scripted = scriptedModel(script);
    const inMemory = runInMemory({
      agent,
      providers: { [agent.name]: scripted },
      approvals,
    });
    const asInMemory = await logOf(scenario, inMemory, () => scripted.requests().length);
    scripted.assertDone();

    const model = onServer.get(agent.name) ?? scriptedModel([]);
    const { ingressUrl } = engine;
    const task = connectTask({ ingressUrl, agent: agent.name, taskId: "t" });
    const asOnServer = await logOf(scenario, task, () => model.requests().length);
    model.assertDone();

    expect(asInMemory).toEqual(asOnServer);
    expect(asInMemory.length).toBeGreaterThan(2);
  });
});

async function logOf({ play }: Scenario, task: TaskClient, asked: () => number) {
  await play(task, asked);
  const log = await task.events();
  expect(chainProblem(log)).toBeUndefined();
  return comparableLog(log);
}
