// Owns tool calls without Restate: each is issued once under its key and attached to from then
// on (L3), the verbs are the tool host's own, and their pauses pass in virtual time.
import type { ArtifactStore } from "../../contract/artifact.ts";
import type { CheckAuthority } from "../../contract/effect-port.ts";
import type {
  AnyTool,
  CompensateRequest,
  ProposeRequest,
  ReconcileRequest,
  ToolLogger,
  ToolRequest,
} from "../../contract/tool.ts";
import type { CompensateOutcome } from "../../core/transition/compensation.ts";
import type { ProposeOutcome } from "../../core/transition/proposed.ts";
import type { Lost, ToolOutcome } from "../../core/transition/tool-outcome.ts";
import type { ReconcileOutcome } from "../../core/transition/unknown-effect.ts";
import { compensateEffect } from "../../services/tool-host/compensate-effect.ts";
import { executeTool } from "../../services/tool-host/execute-tool.ts";
import { proposeCall } from "../../services/tool-host/propose-call.ts";
import { reconcileEffect } from "../../services/tool-host/reconcile-effect.ts";
import type { Steps } from "../../services/tool-host/steps.ts";
import type { ToolHost } from "../../services/tool-host/tool-host.ts";
import { createToolHost } from "../../services/tool-host/tool-host.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface MemoryToolsOptions {
  /** The tools that are served. */
  readonly tools: readonly AnyTool[];
  readonly artifacts: ArtifactStore;
  readonly inlineLimitBytes: number;
  readonly clock: VirtualClock;
  readonly logger: ToolLogger;
  readonly checkAuthority: CheckAuthority;
  /** Hears of an operation whose outcome came later than its segment waits. */
  readonly onLate: (operationId: string) => void;
}

/** One call under way or done. */
export interface MemoryCall<Outcome> {
  readonly outcome: Promise<Outcome>;
  /** Ends it where it is; an outcome that is there already stays. */
  cancel(): void;
}

/** Issues a call under a key, or attaches to the one that was issued under it. */
type Issue<Request, Outcome> = (key: string, request: Request) => MemoryCall<Outcome>;

export interface MemoryTools {
  /** Which of these tools nobody serves. */
  unserved(names: readonly string[]): readonly string[];
  readonly execute: Issue<ToolRequest, ToolOutcome>;
  readonly reconcile: Issue<ReconcileRequest, ReconcileOutcome>;
  readonly compensate: Issue<CompensateRequest, CompensateOutcome>;
  readonly propose: Issue<ProposeRequest, ProposeOutcome>;
}

export function createMemoryTools(options: MemoryToolsOptions): MemoryTools {
  const { tools, artifacts, inlineLimitBytes, clock, logger, checkAuthority } = options;
  const timing = { now: clock.now, monotonic: clock.now };
  const hosts = new Map(
    tools.map((tool) => [
      tool.name,
      createToolHost({ tool, artifacts, inlineLimitBytes, logger, checkAuthority, ...timing }),
    ]),
  );
  const handler = <Request extends Waiting, Answer extends Timing>(verb: Verb<Request, Answer>) =>
    createHandler(options, hosts, verb);
  return {
    unserved: (names) => names.filter((name) => !hosts.has(name)),
    execute: handler(executeTool),
    reconcile: handler(reconcileEffect),
    compensate: handler(compensateEffect),
    propose: handler(proposeCall),
  };
}

/** Whoever waits for the answer, and on which tool. */
type Waiting = Pick<ToolRequest, "tool"> &
  Partial<Pick<ToolRequest, "operationId" | "issuedAt" | "wakeAfterMs">>;

interface Timing {
  readonly startedAt: number;
  readonly durationMs: number;
}
type Verb<Request, Answer> = (host: ToolHost, request: Request, steps: Steps) => Promise<Answer>;

/** One handler of the tools' services, with what Restate remembers of its calls. */
function createHandler<Request extends Waiting, Answer extends Timing>(
  { clock, onLate }: MemoryToolsOptions,
  hosts: ReadonlyMap<string, ToolHost>,
  verb: Verb<Request, Answer>,
): Issue<Request, Answer | Lost> {
  const calls = new Map<string, MemoryCall<Answer | Lost>>();
  const start = (request: Request): MemoryCall<Answer | Lost> => {
    const host = hosts.get(request.tool);
    if (host === undefined) throw new Error(`nobody serves the tool ${request.tool}`);
    const cancelled = new AbortController();
    const answer = verb(host, request, stepsIn(clock, cancelled.signal));
    const wakeIfLate = ({ startedAt, durationMs }: Answer): void => {
      const { operationId, issuedAt = 0, wakeAfterMs = Infinity } = request;
      if (operationId !== undefined && startedAt + durationMs - issuedAt > wakeAfterMs)
        onLate(operationId);
    };
    // A rejection breaks the segment that takes the outcome in, and nothing here.
    answer.then(wakeIfLate, () => undefined);
    const outcome = answer.catch((error: unknown): Lost => {
      if (!cancelled.signal.aborted) throw error;
      // What an invocation that Restate has cancelled ends with.
      return { outcome: "lost", reason: "the invocation ended with 409", at: clock.now() };
    });
    return { outcome, cancel: () => cancelled.abort() };
  };
  return (key, request) => {
    const call = calls.get(key) ?? start(request);
    calls.set(key, call);
    return call;
  };
}

function stepsIn(clock: VirtualClock, signal: AbortSignal): Steps {
  return {
    run: async (_, action) => {
      signal.throwIfAborted();
      const value = await clock.work(() => action(signal));
      // A cancelled invocation takes no answer in.
      signal.throwIfAborted();
      return value;
    },
    sleep: (ms) => clock.sleep(ms, signal),
  };
}
