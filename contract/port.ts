// Owns the ports through which the agent object reaches the world from inside its actions.
// services/ implements them, services/server.ts wires them; objects/ sees only these.
import type { TaskEvent } from "./event.ts";
import type { ModelOutcome } from "./model.ts";

/** What the action `model-call` is given. Nothing of it is journaled (L6). */
export interface ModelCall {
  readonly agent: string;
  readonly taskId: string;
  readonly taskUid: string;
  readonly step: number;
  /** The context is made of the log from the start up to this event... */
  readonly contextTo: number;
  /** ...which has this hash; whoever loads the range checks it. */
  readonly contextDigest: string;
  /** The events that the calling segment has written itself, in order, ending at `contextTo`. */
  readonly recent: readonly TaskEvent[];
  /** 2 after a truncated answer: room for twice the output (F9). */
  readonly room: number;
}

/** Calls an agent's model: loads and checks the context, tries the list, judges the answer. */
export type CallModel = (call: ModelCall, signal: AbortSignal) => Promise<ModelOutcome>;

/** A page of a task's log, after a position; from the ingress, outside of any journal. */
export type ReadLog = (
  task: { readonly agent: string; readonly taskId: string },
  after: number,
) => Promise<{ readonly events: readonly TaskEvent[]; readonly more: boolean }>;

/** Which of these tools' services are not registered with Restate. */
export type FindUnregistered = (tools: readonly string[]) => Promise<readonly string[]>;

/**
 * A hint to the worker's memory: these events were just written. Nothing may depend on it,
 * and whoever reads from it checks the hashes.
 */
export type RememberEvents = (taskUid: string, events: readonly TaskEvent[]) => void;
