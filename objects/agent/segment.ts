// Owns what the parts of one running segment share: the writer, the signals that ask it to
// yield, and what it knows about tools. Lives in memory only, rebuilt by replay.
import type { ObjectContext, RestatePromise } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { SegmentSignal } from "../../contract/command.ts";
import { ABORT_SIGNAL, YIELD_SIGNAL } from "../../contract/command.ts";
import type { Release } from "../../contract/event.ts";
import type { NamedGrant } from "../../contract/grant.ts";
import type { LiveSink } from "../../contract/live.ts";
import type {
  CallModel,
  CheckAnswer,
  EstimateCall,
  FindApprovalTerms,
  FindUnregistered,
  FindUnservedAgents,
  RememberEvents,
  WhilePatient,
} from "../../contract/port.ts";
import type { AskToExtend } from "../../core/budget/settings.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import type { TaskWriter } from "./task-writer.ts";

/** What the object is given to reach the world with: inside of actions only, but for the hint. */
export interface AgentPorts {
  readonly callModel: CallModel;
  readonly whilePatient: WhilePatient;
  /** Where there are budgets; absent, nothing is reserved. */
  readonly estimateCall?: EstimateCall | undefined;
  /** Where people may be asked to extend a budget. */
  readonly askToExtend?: AskToExtend;
  readonly findUnregistered: FindUnregistered;
  readonly findUnservedAgents: FindUnservedAgents;
  readonly approvalTerms: FindApprovalTerms;
  readonly checkAnswer: CheckAnswer;
  /** Whether the worker is about to stop, so that running segments yield (L4). */
  readonly isDraining: () => boolean;
  readonly remember: RememberEvents;
  /** Is told that the log goes on, for whoever follows it; a hint, and nothing is journaled. */
  readonly live?: LiveSink;
  /** Whether the app tells somebody outside what becomes of its tasks. */
  readonly notifies?: boolean;
  /** Whether the app signs the ends of its logs. */
  readonly signs?: boolean;
  /** A fresh secret for a task whose log may be erased one day; absent, no log can be. */
  readonly newSalt?: (() => string) | undefined;
}

/** What an agent's exclusive handlers work with. */
export interface RunDeps {
  readonly agent: AgentDefinition;
  /** SHA-256 of the agent's manifest. */
  readonly manifest: string;
  readonly release: Release;
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

/**
 * The two kinds of yield (L5): `yield` lets a model call that is in flight finish, `abort`
 * does not. Each counts once; a segment that has seen one ends soon after.
 */
export interface SegmentSignals {
  /** Whether a command waits that a step boundary should let in. */
  yielded: boolean;
  /**
   * Not mapped, as little else is that the segment races with: each map is one more promise at
   * every await. Null where whoever sent it said nothing: it asks for what its name says.
   */
  pending(): RestatePromise<SegmentSignal | null>;
}

/** Whether a signal has won a race with objects. */
export function isSignal(first: unknown): first is SegmentSignal | null {
  return typeof first !== "object" || first === null;
}

/**
 * One signal is listened to at a time, for each that a segment races with costs every await of
 * its. Who aborts sends both, so an abort is heard before and after a yield.
 */
export function listen(ctx: ObjectContext): SegmentSignals {
  const signal = (name: SegmentSignal) => ctx.signal<SegmentSignal | null>(name, jsonOf());
  const first = signal(YIELD_SIGNAL);
  let second: ReturnType<typeof signal> | undefined;
  const signals: SegmentSignals = {
    yielded: false,
    pending: () => (signals.yielded ? (second ??= signal(ABORT_SIGNAL)) : first),
  };
  return signals;
}
