// Owns what happens next: from a head alone to the one thing that the shell has to do. The
// shells (objects/agent and the in-memory runner) perform it and bring the outcome back.
import type { AgentDefinition, AgentLimits } from "../contract/agent.ts";
import type { EventBody } from "../contract/event.ts";
import type { ProviderTrouble } from "../contract/model.ts";
import { isOver } from "./reduce.ts";
import type { OpenOperation, TaskHead } from "./task-head.ts";
import { waitingApproval } from "./transition/approval.ts";
import { onCancelled } from "./transition/control.ts";
import { turnFailed } from "./transition/model-outcome.ts";
import { endByTool } from "./transition/tool-outcome.ts";

export type Decision =
  | { readonly do: "call-model"; readonly room: 1 | 2 }
  /** Issue these, or attach to those that were issued, and bring the outcomes back. */
  | { readonly do: "call-tools"; readonly operations: readonly OpenOperation[] }
  /** Cancel these, which may be in flight, and bring the outcomes back. */
  | { readonly do: "cancel-tools"; readonly operations: readonly OpenOperation[] }
  /** Record these events and decide again. */
  | { readonly do: "record"; readonly events: readonly EventBody[] }
  /** Let waiting commands in; the next segment goes on. */
  | { readonly do: "yield" }
  /** Nothing until something from outside happens. */
  | { readonly do: "end" };

/** What the running segment has done so far (L4). */
export interface SegmentWork {
  readonly steps: number;
  readonly bytes: number;
}

export function decide(head: TaskHead, agent: AgentDefinition, segment: SegmentWork): Decision {
  if (isOver(head)) return { do: "end" };
  const open = head.operations;
  if (head.cancelling) {
    const inFlight = open.filter((each) => each.state === "issued");
    return inFlight.length > 0
      ? { do: "cancel-tools", operations: inFlight }
      : { do: "record", events: onCancelled(head) };
  }
  if (!head.turn.open) return { do: "end" };
  const callable = open.filter((each) => each.state === "ready" || each.state === "issued");
  if (callable.length > 0) return { do: "call-tools", operations: callable };
  if (open.length > 0) return rest(head);
  if (head.turn.endedBy !== undefined) return { do: "record", events: endByTool(head) };
  const limit = limitReached(head, agent.limits);
  if (limit !== undefined) return { do: "record", events: [limit] };
  const full =
    segment.steps >= agent.limits.maxSegmentSteps || segment.bytes >= agent.limits.maxSegmentBytes;
  if (full && segment.steps > 0) return { do: "yield" };
  return { do: "call-model", room: head.turn.room };
}

/** Only waits are open: say so once, then end. */
function rest(head: TaskHead): Decision {
  const states = new Set(head.operations.map((each) => each.state));
  if (states.has("unknown")) {
    if (head.status === "waiting-reconcile") return { do: "end" };
    const reason = "it is not known whether an effect happened";
    return {
      do: "record",
      events: [{ type: "task.parked", data: { status: "waiting-reconcile", reason } }],
    };
  }
  const waits = states.has("approval-open") && head.status !== "waiting-approval";
  return waits ? { do: "record", events: [waitingApproval()] } : { do: "end" };
}

function limitReached(head: TaskHead, limits: AgentLimits): EventBody | undefined {
  const { steps, activeMs } = head.turn;
  if (steps >= limits.maxSteps) {
    return turnFailed(
      head,
      head.step,
      "step_limit",
      `the turn reached its limit of ${limits.maxSteps} steps`,
    );
  }
  if (activeMs >= limits.maxTurnMs) {
    return turnFailed(
      head,
      head.step,
      "time_limit",
      `the turn reached its limit of ${limits.maxTurnMs} ms`,
    );
  }
  return undefined;
}

/** First and longest pause between two tries of a provider that does not say when, in ms. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** How often a task that needs an operator looks by itself whether the cause is gone, in ms. */
const OPERATOR_PAUSE_MS = 60_000;

/** A provider that did not answer is waited for, in the segment or parked; never given up (L12). */
export function waitForProvider(
  head: TaskHead,
  limits: AgentLimits,
  trouble: ProviderTrouble,
  waited: { readonly ms: number; readonly now: number },
): { readonly sleepMs: number } | { readonly park: EventBody } {
  if (trouble.kind === "operator") {
    const wakeAt = waited.now + OPERATOR_PAUSE_MS;
    return {
      park: {
        type: "task.parked",
        data: { status: "needs-operator", reason: trouble.code, wakeAt },
      },
    };
  }
  const pause = FIRST_PAUSE_MS * 2 ** Math.min(Math.max(head.turn.providerFailures - 1, 0), 20);
  const asked = trouble.kind === "wait" ? trouble.retryAfterMs : undefined;
  const sleepMs = Math.max(0, Math.round(asked ?? Math.min(pause, LONGEST_PAUSE_MS)));
  if (waited.ms + sleepMs <= limits.maxProviderWaitMs) return { sleepMs };
  const wakeAt = waited.now + sleepMs;
  return {
    park: {
      type: "task.parked",
      data: { status: "waiting-provider", reason: trouble.code, wakeAt },
    },
  };
}

/** Parks a task whose next tools are not served by anyone (L5). */
export function parkUnregistered(tools: readonly string[], now: number): EventBody {
  const reason = `no worker serves: ${tools.map((tool) => `tools.${tool}`).join(", ")}`;
  return {
    type: "task.parked",
    data: { status: "needs-operator", reason, wakeAt: now + OPERATOR_PAUSE_MS / 6 },
  };
}

/** Parks a task whose tool takes longer than a segment waits (L4). */
export function parkForTools(operations: readonly OpenOperation[], wakeAt: number): EventBody {
  const reason = `still running: ${operations.map((each) => each.tool).join(", ")}`;
  return { type: "task.parked", data: { status: "waiting-tool", reason, wakeAt } };
}
