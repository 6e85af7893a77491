// Owns what the parts of one running segment share: the writer, the signals that ask it to
// yield, and what it knows about tools. Lives in memory only, rebuilt by replay.
import type { ObjectContext, RestatePromise } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import { ABORT_SIGNAL, YIELD_SIGNAL } from "../../contract/command.ts";
import type { CallModel, FindUnregistered, RememberEvents } from "../../contract/port.ts";
import { jsonOf } from "./json-serde.ts";
import type { TaskWriter } from "./task-writer.ts";

/** What the object is given to reach the world with: inside of actions only, but for the hint. */
export interface AgentPorts {
  readonly callModel: CallModel;
  readonly findUnregistered: FindUnregistered;
  /** Whether the worker is about to stop, so that running segments yield (L4). */
  readonly isDraining: () => boolean;
  readonly remember: RememberEvents;
}

/** What an agent's exclusive handlers work with. */
export interface RunDeps {
  readonly agent: AgentDefinition;
  /** SHA-256 of the agent's manifest. */
  readonly manifest: string;
  readonly ports: AgentPorts;
}

export interface Segment {
  readonly ctx: ObjectContext;
  readonly agent: AgentDefinition;
  readonly manifest: string;
  readonly ports: AgentPorts;
  readonly writer: TaskWriter;
  readonly signals: SegmentSignals;
  /** Tools that are known to be served (L5). */
  readonly registered: Set<string>;
  steps: number;
  /** Milliseconds that this segment has waited for providers in a row. */
  waitedMs: number;
  /** `armedAt` is the wait that armed it; `dueAt` milliseconds since the epoch. */
  toolTimer?: {
    readonly promise: RestatePromise<"timer">;
    readonly armedAt: number;
    readonly dueAt: number;
  };
  toolWaits: number;
}

/** How an await of the segment ended besides the thing that was awaited. */
export type Interruption = "yield" | "abort";

/**
 * The two kinds of yield (L5): `yield` lets a model call that is in flight finish, `abort`
 * does not. Each counts once; a segment that has seen one ends soon after.
 */
export interface SegmentSignals {
  /** Whether a command waits that a step boundary should let in. */
  yielded: boolean;
  pending(): RestatePromise<Interruption>[];
}

export function listen(ctx: ObjectContext): SegmentSignals {
  const yieldSignal = ctx.signal<unknown>(YIELD_SIGNAL, jsonOf()).map((): Interruption => "yield");
  const abortSignal = ctx.signal<unknown>(ABORT_SIGNAL, jsonOf()).map((): Interruption => "abort");
  const signals: SegmentSignals = {
    yielded: false,
    pending: () => (signals.yielded ? [abortSignal] : [yieldSignal, abortSignal]),
  };
  return signals;
}
