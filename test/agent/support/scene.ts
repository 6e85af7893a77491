// Owns what a test file in this folder stands on: a server of its own, and apps that live in
// the test process, each an agent with a scripted model. Waiters are served once for all, so
// that a test can end its app.
import { join } from "node:path";
import type { AgentLimits } from "../../../contract/agent.ts";
import type { ModelProvider } from "../../../contract/model.ts";
import type { AnyTool } from "../../../contract/tool.ts";
import type { AgentSpec, AppOptions, ServePart, Worker } from "../../../index.ts";
import { createApp, createFsArtifactStore, defineAgent } from "../../../index.ts";
import { createLogger } from "../../../services/log.ts";
import { startEngine, type TestEngine } from "../../support/restate.ts";
import { type Task, taskAt } from "./task.ts";

export interface Desk {
  readonly worker: Worker;
  task(id: string): Task;
}

export interface DeskSpec {
  readonly name: string;
  readonly model: ModelProvider;
  readonly tools?: readonly AnyTool[];
  readonly limits?: Partial<AgentLimits>;
  /** What else the agent has. */
  readonly agent?: Partial<AgentSpec<unknown>>;
  /** What else the app has. */
  readonly app?: Partial<AppOptions>;
  /** Everything but the waiters by default. */
  readonly only?: ServePart;
}

export interface Scene {
  readonly engine: TestEngine;
  /** What every app needs to know of the server and the store. */
  readonly surroundings: Pick<AppOptions, "artifacts" | "ingressUrl" | "adminUrl" | "logger">;
  /** Serves an app of one agent, whose provider is `scripted`, and registers it. */
  open(spec: DeskSpec): Promise<Desk>;
  stop(): Promise<void>;
}

/** `env` are settings of the server. */
export async function openScene(env: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const engine = await startEngine(env);
  const surroundings = {
    artifacts: createFsArtifactStore({ directory: join(engine.directory, "artifacts") }),
    ingressUrl: engine.ingressUrl,
    adminUrl: engine.adminUrl,
    logger: createLogger("silent"),
  };
  const workers: Worker[] = [];
  const waiters = await createApp(surroundings).serve({ port: 0 });
  workers.push(waiters);
  await waiters.register();
  return {
    engine,
    surroundings,
    async open({ name, model, tools = [], limits = {}, agent = {}, app = {}, only = {} }) {
      const definition = defineAgent({
        name,
        instructions: "You are a clerk.",
        model: { provider: "scripted", model: "m-1" },
        tools,
        limits,
        ...agent,
      });
      const worker = await createApp({
        ...surroundings,
        agents: [definition],
        providers: { scripted: model },
        ...app,
      }).serve({ port: 0, only: { waiters: false, ...only } });
      workers.push(worker);
      await worker.register();
      return { worker, task: (id) => taskAt(engine, name, id) };
    },
    async stop() {
      // The server first: it would complain about workers that are gone.
      await engine.stop();
      await Promise.all(workers.map((worker) => worker.drain()));
    },
  };
}
