// Owns what the parts of one running segment share: the writer, the signals that ask it to
// yield, and what it knows about tools. Lives in memory only, rebuilt by replay.
import type { ObjectContext, RestatePromise } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { SegmentSignal } from "../../contract/command.ts";
import { ABORT_SIGNAL, YIELD_SIGNAL } from "../../contract/command.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import type {
  CallModel,
  EstimateCall,
  FindApprovalTerms,
  FindUnregistered,
  RememberEvents,
} from "../../contract/port.ts";
import { jsonOf } from "./json-serde.ts";
import type { TaskWriter } from "./task-writer.ts";

/** What the object is given to reach the world with: inside of actions only, but for the hint. */
export interface AgentPorts {
  readonly callModel: CallModel;
  /** Where there are budgets; absent, nothing is reserved. */
  readonly estimateCall?: EstimateCall | undefined;
  /** Whether a budget limits tool calls. */
  readonly countsToolCalls?: boolean;
  readonly findUnregistered: FindUnregistered;
  readonly approvalTerms: FindApprovalTerms;
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
  /** Once they were read; see holder.ts. */
  grants?: readonly NamedGrant[];
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
  /** Bounds the wait for what a cancelled task has in flight. */
  settleTimer?: RestatePromise<"late">;
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
  pending(): RestatePromise<Interruption>;
}

/**
 * One signal is listened to at a time, for each that a segment races with costs every await of
 * its. Who aborts sends both, so an abort is heard before and after a yield.
 */
export function listen(ctx: ObjectContext): SegmentSignals {
  const signal = (name: SegmentSignal) =>
    ctx.signal<SegmentSignal | null>(name, jsonOf()).map((kind): Interruption => kind ?? name);
  const first = signal(YIELD_SIGNAL);
  let second: RestatePromise<Interruption> | undefined;
  const signals: SegmentSignals = {
    yielded: false,
    pending: () => (signals.yielded ? (second ??= signal(ABORT_SIGNAL)) : first),
  };
  return signals;
}
