// Owns a worker with one tool whose effect nobody keeps from happening twice. It says where it is,
// and waits at the bank's gate where it is told to stop: between its actions, too.
import { z } from "zod";
import { createFsArtifactStore } from "../../../services/artifacts/fs-artifact-store.ts";
import { createToolService } from "../../../services/tool-host/tool-service.ts";
import { defineTool } from "../../../tools/define-tool.ts";
import { report, serveWorker } from "../../support/worker.ts";

export interface FenceSettings {
  readonly bank: string;
  readonly directory: string;
  /** A point of POINTS, or none. */
  readonly stopAt?: string;
  readonly startDeadlineMs: number;
  readonly timeoutMs: number;
  readonly marginMs: number;
}

const settings = JSON.parse(process.argv[3] ?? "{}") as FenceSettings;
const { bank, directory, stopAt, startDeadlineMs, timeoutMs, marginMs } = settings;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function reach(point: string): Promise<void> {
  await report(point);
  if (point === stopAt) await fetch(`${bank}/gate/${encodeURIComponent(point)}`);
}

const transfer = defineTool({
  name: "transfer",
  description: "Sends money.",
  input: z.object({ cents: z.int() }),
  output: z.object({ sent: z.int() }),
  effect: "financial",
  startDeadlineMs,
  timeoutMs,
  async execute({ cents }, { fetch: send, idempotencyKey }) {
    await reach("in execute");
    const headers = { "idempotency-key": idempotencyKey };
    try {
      await send(`${bank}/transfers`, { method: "POST", headers });
    } catch (error) {
      await report({ refused: (error as Error).name });
      throw error;
    }
    await reach("acknowledged");
    return { sent: cents };
  },
  async reconcile({ cents }, { fetch: ask, idempotencyKey }) {
    const answer = await ask(`${bank}/transfers/${idempotencyKey}`);
    return answer.status === 404
      ? { outcome: "not-applied" }
      : { outcome: "applied", result: { sent: cents } };
  },
  async compensate(_, __, { fetch: send, idempotencyKey }) {
    await reach("in compensate");
    const headers = { "idempotency-key": idempotencyKey };
    await send(`${bank}/transfers`, { method: "DELETE", headers });
    await reach("undone");
    return { outcome: "undone" };
  },
});

const artifacts = createFsArtifactStore({ directory });
const tool = createToolService({
  tool: transfer,
  artifacts,
  inlineLimitBytes: 1024,
  logger: silent,
  marginMs,
});
// Around the actions that are really run: before one, and after it and before its record.
const run = async (name: string, next: () => Promise<void>): Promise<void> => {
  await reach(`before ${name}`);
  await next();
  await reach(`after ${name}`);
};
const hooked = Object.assign(tool, {
  options: { ...(tool as { options?: object }).options, hooks: [() => ({ interceptor: { run } })] },
});
await serveWorker([hooked]);
