// Owns what a model call, and its estimate, come to where the engine has no place for reading the
// task's log or the stops: a value by which the task parks, and so gives its own place back.
import type { AgentDefinition } from "../../contract/agent.ts";
import { ENGINE_BUSY, isEngineBusy } from "../../contract/engine-busy.ts";
import type { CallModel, EstimateCall } from "../../contract/port.ts";

/** Milliseconds over which those that were turned away at once come back. */
const FIRST_MS = 1_000;
const SPREAD_MS = 10_000;

export interface BusyClock {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
}

const CLOCK: BusyClock = { now: Date.now, random: Math.random };

export function callModelOrPark(
  callModel: CallModel,
  { models }: Pick<AgentDefinition, "models">,
  clock = CLOCK,
): CallModel {
  return async (call, signal) => {
    const startedAt = clock.now();
    try {
      return await callModel(call, signal);
    } catch (error) {
      if (!isEngineBusy(error)) throw error;
      const durationMs = Math.max(0, clock.now() - startedAt);
      const trouble = { kind: "wait", code: ENGINE_BUSY, retryAfterMs: pause(clock) } as const;
      return { ...models[0], ...trouble, startedAt, durationMs, fallbacks: [] };
    }
  };
}

export function estimateOrPark(estimateCall: EstimateCall, clock = CLOCK): EstimateCall {
  return async (call) => {
    try {
      return await estimateCall(call);
    } catch (error) {
      if (!isEngineBusy(error)) throw error;
      return { ok: false, code: ENGINE_BUSY, retryAt: clock.now() + pause(clock) };
    }
  };
}

function pause({ random }: BusyClock): number {
  return FIRST_MS + Math.round(random() * SPREAD_MS);
}
