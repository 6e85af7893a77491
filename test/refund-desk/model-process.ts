// Owns a scripted model in a process of its own, for tests: its client, its count of calls.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";

const SCRIPT = fileURLToPath(
  new URL("../../examples/refund-desk/scripted-model.ts", import.meta.url),
);

export interface ModelProcess {
  readonly client: OpenAI;
  callsSoFar(): Promise<number>;
  stop(): Promise<void>;
}

export async function startModelProcess(): Promise<ModelProcess> {
  const child = spawn(process.execPath, [SCRIPT], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const baseURL = line.split(" ").at(-1) ?? "";
  return {
    client: new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 }),
    callsSoFar: async () => {
      const journal = await fetch(new URL("/__aimock/journal?path=/v1/&limit=0", baseURL));
      return Number(journal.headers.get("x-total-count"));
    },
    stop: async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}
