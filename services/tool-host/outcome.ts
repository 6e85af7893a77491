// Owns what all actions of a tool's service record, and how an attempt ends that is not an answer.
// Journaled: add optional fields only.
import type { CallEvidence } from "../../contract/evidence.ts";
import type { AnyTool, ToolError, ToolResponse } from "../../contract/tool.ts";
import { evidenceIn } from "../../core/call-evidence.ts";
import { errorBody } from "./error-body.ts";
import type { ToolHost } from "./tool-host.ts";

/** When an action ran, by the worker's clock, and by which decision. */
export type Timing = Pick<ToolResponse, "v" | "toolVersion" | "startedAt" | "durationMs"> &
  CallEvidence;
export type Timed<Body> = Timing & Body;

/**
 * An attempt failed in a way that neither is a result nor a `toolFailure`. It is a value, so
 * that it is counted exactly: Restate's own count also grows with every crash of the worker
 * and every second of an outage. Names the kind of error and never its text, which may hold
 * a secret.
 */
export interface Fault {
  readonly outcome: "fault";
  readonly reason: string;
  /** False when the author's code was not reached. */
  readonly entered?: boolean;
}

/** It is certain that an attempt did nothing. */
export interface Nothing {
  readonly outcome: "nothing";
  readonly reason: string;
  /** An outage, which uses up no attempts (L12). */
  readonly uncounted?: boolean;
}

/** Runs the body of an action, and says when that was. */
export async function timed<Body>(
  { tool, now }: ToolHost,
  work: () => Promise<Body>,
): Promise<Timed<Body>> {
  const startedAt = now();
  const body = await work();
  const durationMs = Math.max(0, now() - startedAt);
  return { v: 1, toolVersion: tool.version, startedAt, durationMs, ...body };
}

/** The timing of an action's value, for what is made of it. */
export function timingOf(timing: Timing): Timing {
  const { v, toolVersion, startedAt, durationMs } = timing;
  return { v, toolVersion, startedAt, durationMs, ...evidenceIn(timing) };
}

/** What the model is told of a tool of which no attempt had an effect, or none that matters. */
export function gaveUp({ retry }: AnyTool, last: Fault | Nothing): ToolError {
  const attempts = `in each of ${retry.maxAttempts} attempts; in the last one: ${last.reason}.`;
  return last.outcome === "fault"
    ? errorBody("tool_failed", `The tool failed ${attempts}`)
    : errorBody("not_applied", `The tool did nothing ${attempts}`);
}
