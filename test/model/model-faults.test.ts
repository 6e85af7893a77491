// Owns that whatever a model's provider does wrong, over real HTTP and in either wire protocol, the task
// ends as FAILURES says: it goes on by itself, no half of a call is made, and nothing is lost.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { TaskEvent } from "../../contract/event.ts";
import { createApp, defineAgent, openaiChat, openaiResponses, type Worker } from "../../index.ts";
import { countedTool } from "../agent/support/clerk-tools.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { dataOf, taskAt } from "../agent/support/task.ts";
import { CHAT, FAULTS, RESPONSES, type Wire } from "./faults.ts";
import { type ProviderServer, sendJson, startProvider } from "./provider-server.ts";

const CASES = [CHAT, RESPONSES].flatMap((wire) =>
  Object.entries(FAULTS).map(([name, fault], n) => ({
    name,
    fault,
    wire,
    agent: `${wire.name}-${n}`,
  })),
);
type Case = (typeof CASES)[number];

const adapters = { chat: openaiChat, responses: openaiResponses };

let scene: Scene;
let worker: Worker;
const servers: ProviderServer[] = [];
const tools = new Map<string, ReturnType<typeof countedTool>>();

/** Each fault has a provider, an agent and a tool of its own: none of them waits for another's pause. */
async function providerOf({ wire, fault, agent }: Case) {
  const server: ProviderServer = await startProvider((response) => {
    if (server.requests.length === 1) fault.respond(response, wire, `look-${agent}`);
    else sendJson(response, 200, wire.answer("well"));
  });
  servers.push(server);
  return [agent, adapters[wire.name]({ apiKey: "k", baseURL: server.baseURL })] as const;
}

function agentOf({ agent }: Case) {
  const look = countedTool({ name: `look-${agent}` });
  tools.set(agent, look);
  return defineAgent({
    name: agent,
    instructions: "You are a clerk.",
    model: { provider: agent, model: "m-1" },
    tools: [look.tool],
    limits: { modelTimeoutMs: 2_500 },
  });
}

beforeAll(async () => {
  scene = await openScene();
  const providers = Object.fromEntries(await Promise.all(CASES.map(providerOf)));
  const agents = CASES.map(agentOf);
  worker = await createApp({ ...scene.surroundings, agents, providers }).serve({
    port: 0,
    only: { waiters: false },
  });
  await worker.register();
  for (const { agent } of CASES) await taskAt(scene.engine, agent, "t").start("go");
});
afterAll(async () => {
  await scene.stop();
  await worker.drain();
  for (const server of servers) await server[Symbol.asyncDispose]();
});

/** What went wrong, as the table writes it. */
function troubleOf(log: readonly TaskEvent[]): readonly string[] {
  return log.flatMap(({ type, data }) => {
    if (type === "model.failed") return [[type, data.code, data.status].filter(isSaid).join(" ")];
    if (type === "answer.rejected") return [`${type} ${data.reason}`];
    return type === "call.refused" ? [`${type} ${data.code}`] : [];
  });
}

function isSaid(part: unknown): boolean {
  return part !== undefined;
}

describe.each<Wire>([CHAT, RESPONSES])("F3 F4 F5 F9 F10 R27 in the words of $name", ({ name }) => {
  it.each(CASES.filter(({ wire }) => wire.name === name))(
    "F10 R27 $name: the task goes on by itself",
    async ({ agent, fault }) => {
      const task = taskAt(scene.engine, agent, "t");
      const { lastTurn } = await task.until("idle", "failed");
      expect(lastTurn?.result).toBe("completed");
      const log = await task.log();
      expect(troubleOf(log)).toEqual(fault.logged);
      const pauses = dataOf(log, "model.failed").map(({ retryAfterMs = 0 }) => retryAfterMs);
      expect(Math.max(0, ...pauses)).toBeGreaterThanOrEqual(fault.pauseMs ?? 0);
      expect(tools.get(agent)?.given).toEqual(fault.made ?? []);
      // No answer that was paid for is asked for again.
      expect(dataOf(log, "model.answered").length).toBeLessThanOrEqual(2);
    },
  );
});
