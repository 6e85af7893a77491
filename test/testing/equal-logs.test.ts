// Tests that an agent's definition is one thing: run in memory and on a real server it makes the
// same decisions, event by event, whatever happens to it (L2).
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createFsArtifactStore, createApp } from "../../index.ts";
import type { Worker } from "../../index.ts";
import { chainProblem } from "../../core/log.ts";
import { createLogger } from "../../services/log.ts";
import type { ComparableEvent } from "../../testing/comparable-log.ts";
import { comparableLog } from "../../testing/comparable-log.ts";
import { runInMemory } from "../../testing/in-memory-runner.ts";
import { connectTask } from "../../testing/ingress-client.ts";
import { scriptedModel } from "../../testing/scripted-model.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { APPROVAL_RULES, APPROVAL_SCENARIOS } from "./approval-scenarios.ts";
import { BACKGROUND_SCENARIOS } from "./background-scenarios.ts";
import { CONTROL_SCENARIOS } from "./control-scenarios.ts";
import { DELEGATION_SCENARIOS } from "./delegation-scenarios.ts";
import { EFFECT_SCENARIOS } from "./effect-scenarios.ts";
import { ERASURE_SCENARIOS } from "./erasure-scenarios.ts";
import { REVIEW_RULES, REVIEW_SCENARIOS } from "./review-scenarios.ts";
import type { Scenario } from "./scenarios.ts";
import { SCENARIOS } from "./scenarios.ts";
import { WAIT_SCENARIOS } from "./wait-scenarios.ts";
import { WATCH_SCENARIOS } from "./watch-scenarios.ts";

const ALL = [
  ...SCENARIOS,
  ...EFFECT_SCENARIOS,
  ...APPROVAL_SCENARIOS,
  ...REVIEW_SCENARIOS,
  ...WAIT_SCENARIOS,
  ...BACKGROUND_SCENARIOS,
  ...CONTROL_SCENARIOS,
  ...DELEGATION_SCENARIOS,
  ...WATCH_SCENARIOS,
  ...ERASURE_SCENARIOS,
];
const approvals = { byTool: { ...APPROVAL_RULES.byTool, ...REVIEW_RULES.byTool } };
const AGENTS = ALL.flatMap((each) => [each, ...(each.children ?? [])]);
const onServer = modelsOf(AGENTS);

let engine: TestEngine;
let worker: Worker;
beforeAll(async () => {
  engine = await startEngine();
  const app = createApp({
    agents: AGENTS.map(({ agent }) => agent),
    providers: Object.fromEntries(onServer),
    artifacts: createFsArtifactStore({ directory: `${engine.directory}/artifacts` }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("error"),
    approvals,
    evidence: {},
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
    const { agent, children = [] } = scenario;
    const models = modelsOf([scenario, ...children]);
    const inMemory = runInMemory({
      agent,
      children: children.map((each) => each.agent),
      providers: Object.fromEntries(models),
      approvals,
    });
    const asInMemory = await logsOf(scenario, models, (name, taskId) =>
      taskId === undefined ? inMemory : inMemory.child(name, taskId),
    );
    const { ingressUrl } = engine;
    const asOnServer = await logsOf(scenario, onServer, (name, taskId = "t") =>
      connectTask({ ingressUrl, agent: name, taskId }),
    );
    expect(asInMemory).toEqual(asOnServer);
    expect(asInMemory[0]?.length).toBeGreaterThan(2);
  });
});

type Models = ReadonlyMap<string, ReturnType<typeof scriptedModel>>;

function modelsOf(agents: readonly Pick<Scenario, "agent" | "script">[]): Models {
  return new Map(agents.map(({ agent, script }) => [agent.name, scriptedModel(script)]));
}

/** Of the task, of its children, and of theirs. */
async function logsOf(
  { agent, children = [], play }: Scenario,
  models: Models,
  taskAt: (agent: string, taskId?: string) => TaskClient,
) {
  await play(taskAt(agent.name), () => models.get(agent.name)?.requests().length ?? 0, taskAt);
  for (const each of [agent, ...children.map((child) => child.agent)])
    models.get(each.name)?.assertDone();
  const logs: (readonly ComparableEvent[])[] = [];
  const seen = new Set<string>();
  const add = async (task: TaskClient): Promise<void> => {
    const log = await task.events();
    expect(chainProblem(log)).toBeUndefined();
    logs.push(comparableLog(log));
    for (const { type, data } of log) {
      if (type !== "child.started" || seen.has(data.taskId)) continue;
      seen.add(data.taskId);
      await add(taskAt(data.agent, data.taskId));
    }
  };
  await add(taskAt(agent.name));
  return logs;
}
