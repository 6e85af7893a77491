// Owns a worker with one tool that has an effect, for tests that kill it. The effect is a file
// named for the idempotency key: the other side of the effect knows a key that it has seen.
import { appendFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { createFsArtifactStore } from "../../services/artifacts/fs-artifact-store.ts";
import { createToolService } from "../../services/tool-host/tool-service.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { report, serveWorker } from "../support/worker.ts";
import { surroundings } from "./tool-caller.ts";

const [, , , directory = "", stopAt = ""] = process.argv;
const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };

async function reach(point: string): Promise<void> {
  await report(point);
  if (point === stopAt) await new Promise(() => undefined);
}

const pay = defineTool({
  name: "pay",
  description: "Pays once per idempotency key.",
  input: z.object({ cents: z.number() }),
  output: z.object({ paid: z.number() }),
  effect: "financial",
  idempotency: "honoured",
  // A crash is not an attempt of the tool's.
  retry: { maxAttempts: 1 },
  async execute({ cents }, { idempotencyKey }) {
    await reach("before-effect");
    await appendFile(join(directory, "requests"), `${idempotencyKey}\n`);
    await writeFile(join(directory, `paid-${idempotencyKey}`), String(cents), { flag: "wx" }).catch(
      (error: unknown) => {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      },
    );
    await reach("after-effect");
    return { paid: cents };
  },
});

const artifacts = createFsArtifactStore({ directory: join(directory, "artifacts") });
const tool = createToolService({ tool: pay, artifacts, inlineLimitBytes: 1024, logger: silent });
await serveWorker([...surroundings, tool]);
