// Owns running the verbs of a tool's service without an engine: actions are run at once and
// remembered, an outage is tried again, pauses take no time.
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { CheckAuthority, ResolveCredential } from "../../contract/effect-port.ts";
import type { AnyTool, ToolRequest, ToolResponse } from "../../contract/tool.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { executeTool } from "../../services/tool-host/execute-tool.ts";
import type { Steps } from "../../services/tool-host/steps.ts";
import { createToolHost, type ToolHost } from "../../services/tool-host/tool-host.ts";
import { simulatedClock, type SimulatedClock } from "./fence/simulated-engine.ts";
import { requestFor } from "./tool-caller.ts";

export const MARGIN_MS = 500;

export interface HostOptions {
  readonly artifacts?: ArtifactStore;
  readonly inlineLimitBytes?: number;
  readonly checkAuthority?: CheckAuthority;
  readonly resolveCredential?: ResolveCredential;
}

export interface Runner {
  readonly host: ToolHost;
  readonly clock: SimulatedClock;
  readonly steps: Steps;
  /** Names of the actions that have a value, and of the pauses, in order. */
  readonly names: string[];
  /** Values of the actions, in order. */
  readonly values: unknown[];
  /** What was logged. */
  readonly logged: unknown[];
}

export function runnerOf(tool: AnyTool, options: HostOptions = {}): Runner {
  const clock = simulatedClock();
  const names: string[] = [];
  const values: unknown[] = [];
  const logged: unknown[] = [];
  const log = (fields: unknown, message: string) => void logged.push({ fields, message });
  const host = createToolHost({
    artifacts: createMemoryArtifactStore(),
    inlineLimitBytes: 1024,
    logger: { info: log, warn: log, error: log },
    ...options,
    tool,
    ...clock,
    marginMs: MARGIN_MS,
  });
  const steps: Steps = {
    async run(name, action) {
      const value = await retried(action, clock);
      names.push(name);
      values.push(value);
      return value;
    },
    sleep: async (ms, name) => {
      names.push(name);
      clock.pass(ms);
    },
  };
  return { host, clock, steps, names, values, logged };
}

/** An outage is tried again, which no test lets last for ever. */
async function retried<T>(
  action: (signal: AbortSignal) => Promise<T>,
  clock: SimulatedClock,
  times = 50,
): Promise<T> {
  try {
    return await action(new AbortController().signal);
  } catch (error) {
    if (times === 0) throw error;
    clock.pass(1000);
    return retried(action, clock, times - 1);
  }
}

/** One call of `execute`, and how it went. */
export async function execute(
  tool: AnyTool,
  given: unknown = {},
  options: HostOptions = {},
  changes: Partial<ToolRequest> = {},
): Promise<Runner & { readonly answer: ToolResponse; readonly request: ToolRequest }> {
  const runner = runnerOf(tool, options);
  const request = requestFor(tool.name, given, changes);
  return { ...runner, request, answer: await executeTool(runner.host, request, runner.steps) };
}
