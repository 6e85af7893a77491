// Owns the test of many tasks that wait for a person: they need no process, survive the
// server's death, and only those that are decided go on.
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import { WAITER_SERVICE } from "../../contract/command.ts";
import type { Worker } from "../../index.ts";
import { createApp, createFsArtifactStore, defineAgent } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { countedTool } from "./support/clerk-tools.ts";
import { asksFor, says, scriptedModel } from "./support/scripted-model.ts";
import { PATIENCE, type Task, taskAt } from "./support/task.ts";

const WAITING = 400;
const DECIDED = 10;
const AT_ONCE = 20;

let engine: TestEngine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(() => engine.stop());

const pay = countedTool({ name: "pay", effect: "financial" });
const model = scriptedModel(({ messages }) =>
  messages.some(({ role }) => role === "tool") ? says("done") : asksFor(["pay", { what: "5 EUR" }]),
);

/** The only process that serves anything: agents, tools and waiters. */
async function serve(port = 0): Promise<Worker> {
  const agent = defineAgent({
    name: "desk",
    instructions: "You are a clerk.",
    model: { provider: "scripted", model: "m" },
    tools: [pay.tool],
  });
  const app = createApp({
    agents: [agent],
    providers: { scripted: model },
    artifacts: createFsArtifactStore({ directory: join(engine.directory, "artifacts") }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
  });
  const worker = await app.serve({ port });
  if (port === 0) await worker.register();
  return worker;
}

async function inTurns<T>(tasks: readonly Task[], work: (task: Task) => Promise<T>) {
  const results: T[] = [];
  for (let from = 0; from < tasks.length; from += AT_ONCE)
    results.push(...(await Promise.all(tasks.slice(from, from + AT_ONCE).map(work))));
  return results;
}

/** Task id to its whole head, as the server has it: no worker is asked. */
async function heads(): Promise<ReadonlyMap<string, string>> {
  const rows = await engine.admin.query(
    "SELECT service_key, value_utf8 FROM state WHERE service_name = 'desk' AND key = 'head'",
  );
  return new Map(rows.map((row) => [String(row["service_key"]), String(row["value_utf8"])]));
}

function openPerService() {
  return engine.admin.query(
    `SELECT target_service_name AS service, status, count(*) AS n FROM sys_invocation
     WHERE status != 'completed' GROUP BY target_service_name, status
     ORDER BY target_service_name`,
  );
}

it(
  "R31 R12 tasks that wait need no process; after a restart of everything the decided ones go on",
  { timeout: 180_000 },
  async () => {
    const tasks = Array.from({ length: WAITING }, (_, index) =>
      taskAt(engine, "desk", `t-${index}`),
    );
    const first = await serve();
    await inTurns(tasks, (task) => task.start("please"));
    await vi.waitFor(async () => {
      const waiting = [...(await heads()).values()].filter((head) =>
        head.includes('"status":"waiting-approval"'),
      );
      expect(waiting).toHaveLength(WAITING);
    }, PATIENCE);
    // A waiter that is still connected when its process ends is tried again instead (F24).
    const onlyWaiting = [
      // When nobody has decided; the server keeps the time.
      { service: APPROVAL_SERVICE, status: "scheduled", n: WAITING },
      { service: WAITER_SERVICE, status: "suspended", n: WAITING },
    ];
    await vi.waitFor(async () => {
      expect(await openPerService()).toEqual(onlyWaiting);
    }, PATIENCE);
    const before = await heads();

    // No process at all, then a server that has to read everything from its disk.
    await first.drain();
    await engine.server.kill();
    await engine.restart();
    // The server reads its log again first.
    await vi.waitFor(async () => {
      expect(await openPerService()).toEqual(onlyWaiting);
      expect(await heads()).toEqual(before);
    }, PATIENCE);

    const second = await serve(first.port);
    const decided = tasks.slice(0, DECIDED);
    await inTurns(decided, async (task) => {
      const { status, operations } = await task.status();
      expect(status).toBe("waiting-approval");
      expect(await task.decide(operations[0], "approve")).toBe(202);
      expect((await task.until("idle")).lastTurn?.answer).toBe("done");
    });
    expect(pay.given).toHaveLength(DECIDED);
    const after = await heads();
    for (const { id } of tasks.slice(DECIDED)) expect(after.get(id)).toBe(before.get(id));
    expect(model.requests).toHaveLength(WAITING + DECIDED);
    await second.drain();
  },
);
