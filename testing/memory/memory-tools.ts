// Owns tool calls without Restate: each operation is issued once and attached to from then on
// (L3), its attempts are the tool host's own, and the pauses between them pass in virtual time.
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { AnyTool, ToolLogger, ToolRequest } from "../../contract/tool.ts";
import type { ToolOutcome } from "../../core/transition/tool-outcome.ts";
import type { ToolHost } from "../../services/tool-host/attempt-tool.ts";
import { attemptTool } from "../../services/tool-host/attempt-tool.ts";
import { gaveUp } from "../../services/tool-host/gave-up.ts";
import { pauseAfter } from "../../services/tool-host/retry-pause.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface MemoryToolsOptions {
  /** The tools that are served. */
  readonly tools: readonly AnyTool[];
  readonly artifacts: ArtifactStore;
  readonly inlineLimitBytes: number;
  readonly clock: VirtualClock;
  readonly logger: ToolLogger;
  /** Hears of an operation whose outcome came later than its segment waits. */
  readonly onLate: (operationId: string) => void;
}

/** One operation under way or done. */
export interface MemoryCall {
  readonly outcome: Promise<ToolOutcome>;
  /** Ends it where it is; an outcome that is there already stays. */
  cancel(): void;
}

export interface MemoryTools {
  /** Which of these tools nobody serves. */
  unserved(names: readonly string[]): readonly string[];
  /** Issues an operation, or attaches to it where it was issued before. */
  issue(request: ToolRequest): MemoryCall;
}

export function createMemoryTools(options: MemoryToolsOptions): MemoryTools {
  const { tools, clock } = options;
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const issued = new Map<string, MemoryCall>();

  const start = (request: ToolRequest): MemoryCall => {
    const tool = byName.get(request.tool);
    if (tool === undefined) throw new Error(`nobody serves the tool ${request.tool}`);
    const cancelled = new AbortController();
    const host: ToolHost = { ...options, tool, now: clock.now };
    const outcome = execute(host, request, clock, cancelled.signal).catch((error: unknown) => {
      if (!cancelled.signal.aborted) throw error;
      // What an invocation that Restate has cancelled ends with.
      const reason = "the invocation ended with 409";
      return { outcome: "lost" as const, reason, at: clock.now() };
    });
    const wakeIfLate = (ended: ToolOutcome): void => {
      if (ended.outcome === "lost") return;
      const waited = ended.startedAt + ended.durationMs - request.issuedAt;
      if (waited > request.wakeAfterMs) options.onLate(request.operationId);
    };
    // A rejection breaks the segment that takes the outcome in, and nothing here.
    outcome.then(wakeIfLate, () => undefined);
    return { outcome, cancel: () => cancelled.abort() };
  };

  return {
    unserved: (names) => names.filter((name) => !byName.has(name)),
    issue: (request) => {
      const call = issued.get(request.operationId) ?? start(request);
      issued.set(request.operationId, call);
      return call;
    },
  };
}

/** The attempts of one operation, as services/tool-host/tool-service.ts makes them. */
async function execute(
  host: ToolHost,
  request: ToolRequest,
  clock: VirtualClock,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const { retry } = host.tool;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await clock.work(() => attemptTool(host, request, signal));
    if (outcome.outcome !== "fault") return outcome;
    if (attempt >= retry.maxAttempts) return gaveUp(host.tool, outcome);
    await clock.sleep(pauseAfter(attempt, retry), signal);
  }
}
