// Tests that a flow which nobody has written down is resumed correctly at every point (R24): from each
// step of its log in memory, and on a server wherever its worker dies. A part of the journal entries;
// all of them with HOLDFAST_SOAK=1.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { ModelRequest } from "../../contract/model.ts";
import { assembleContext } from "../../core/context.ts";
import { decide } from "../../core/decide.ts";
import { manifestOf } from "../../core/define-agent.ts";
import { digestOf } from "../../core/digest.ts";
import { reduce } from "../../core/reduce.ts";
import { newHead } from "../../core/transition/message.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { buildRequest } from "../../services/model/build-request.ts";
import { resolveMessages } from "../../services/model/resolve-messages.ts";
import type { TaskClient } from "../../testing/task-client.ts";
import { crashAtEveryEntry, openEffectLedger, runInMemory } from "../../testing/index.ts";
import { picksIn, roverAgents, roverModel, STEPS } from "./rover.ts";
import { SEED, SOAK } from "../support/seed.ts";

const SAMPLE = 4;
const LIMIT_MS = SOAK ? 60 * 60_000 : 10 * 60_000;
/** Of one run: 56 steps of five tasks. */
const BOUND_MS = 120_000;

/** Brings a rover to its end; what it picked and answered is the same each time. */
async function journey(task: TaskClient) {
  await task.start("Go.");
  const { lastTurn, children } = await task.until("idle", { withinMs: BOUND_MS });
  return { picks: picksIn(await task.events()), answer: lastTurn?.answer, children };
}

/** Every step again, from nothing but the log before it: the same request, and so the same answer. */
async function expectResumable(agent: AgentDefinition, task: TaskClient): Promise<number> {
  const { taskUid } = await task.status();
  const log = await task.events();
  const started = { taskUid, taskId: task.taskId, agent: agent.name, inputDigest: "" };
  const empty = newHead({ ...started, agentVersion: agent.version, at: 0 });
  const steps = log.filter((each) => each.type === "model.answered");
  for (const { seq, data } of steps) {
    const head = log.slice(0, seq).reduce(reduce, empty);
    expect(decide(head, agent, { steps: 0, bytes: 0 }).do).toBe("call-model");
    const request = await requestOf(agent, log.slice(0, data.contextTo + 1));
    expect(digestOf(request)).toBe(data.requestDigest);
  }
  return steps.length;
}

async function requestOf(agent: AgentDefinition, log: readonly TaskEvent[]): Promise<ModelRequest> {
  const [choice] = agent.models;
  const messages = await resolveMessages(assembleContext(log), NOWHERE, choice);
  const { model } = choice;
  return buildRequest({ manifest: manifestOf(agent), model, messages, maxOutputTokens: undefined });
}

/** All that is said is short. */
const NOWHERE = createMemoryArtifactStore().ofTenant(undefined);

/** What has ended each call that was given away. */
function delegatedIn(log: readonly TaskEvent[]): readonly (string | undefined)[] {
  return log.flatMap(({ type, data }) =>
    type === "tool.returned" && data.tool === "delegate" ? [data.via] : [],
  );
}

function childrenIn(log: readonly TaskEvent[]): readonly string[] {
  return log.flatMap((each) => (each.type === "child.started" ? [each.data.taskId] : []));
}

describe("R24 a flow that is decided step by step", () => {
  it("R24 R21 R2 goes on alike from every step, in memory, and two generations below", async () => {
    const keys: string[] = [];
    const { rover, scout, leaf } = roverAgents(({ key }) => keys.push(key));
    const providers = { rover: roverModel };
    const task = runInMemory({ agent: rover, children: [scout, leaf], providers });
    const { picks } = await journey(task);
    expect(picks.filter((each) => each.startsWith("tool_"))).toHaveLength(STEPS.rover);
    expect(new Set(picks).size).toBeGreaterThan(10);
    expect(new Set(keys).size).toBe(keys.length);
    // What went on in the background has come, too.
    expect(delegatedIn(await task.events())).toEqual(["child", "child"]);
    const steps = [await expectResumable(rover, task)];
    for (const id of childrenIn(await task.events())) {
      const child = task.child(scout.name, id);
      steps.push(await expectResumable(scout, child));
      for (const below of childrenIn(await child.events()))
        steps.push(await expectResumable(leaf, task.child(leaf.name, below)));
    }
    // Two that were sent out, two that those have sent, and each step of all of them.
    expect(steps).toEqual([34, 7, 4, 7, 4]);
  });

  it(
    `R24 R3 F2 goes the same way wherever its worker dies (HOLDFAST_SEED=${SEED})`,
    { timeout: LIMIT_MS },
    async () => {
      const directory = await mkdtemp(join(tmpdir(), "holdfast-rover-"));
      try {
        using ledger = openEffectLedger(join(directory, "ledger.sqlite"));
        let seen = 0;
        // What the whole family has done since the last time.
        const freshEffects = () => {
          const fresh = ledger.effects().slice(seen);
          seen += fresh.length;
          return fresh.map(({ tool, input }) => `${tool} ${(input as { n: number }).n}`).toSorted();
        };
        const { entries, points } = await crashAtEveryEntry({
          workerFile: new URL("./rover-worker.ts", import.meta.url),
          directory,
          agent: "rover",
          run: journey,
          finalEffects: freshEffects,
          boundMs: BOUND_MS,
          ledger,
          onProgress: SOAK ? (line) => process.stdout.write(`${line}\n`) : () => {},
          ...(SOAK ? {} : { sample: { count: SAMPLE, seed: SEED } }),
        });
        expect(entries.length).toBeGreaterThan(200);
        expect(points.filter(({ crashed }) => crashed).length).toBeGreaterThan(SAMPLE / 2);
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  );
});
