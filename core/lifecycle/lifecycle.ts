// Owns the lifecycle map of an agent (R79): for each status that a task of it can have, and for each of
// its tools, where that lives, who answers for it, and what a pause, a resume and an interruption do.
// All of it comes from the definition and from the tables that the runtime itself decides by.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventType } from "../../contract/event.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { TASK_STATUSES } from "../../contract/status.ts";
import { TRANSITIONS } from "../control/transitions.ts";
import type { Verb } from "../control/verbs.ts";
import { VERBS } from "../control/verbs.ts";
import { runbookPath, STATUS_CARE } from "../watch/status-care.ts";
import type { Care } from "./care.ts";
import type { ToolLifecycle } from "./tool-lifecycle.ts";
import { toolLifecycle } from "./tool-lifecycle.ts";

export interface StatusLifecycle extends Care {
  readonly status: TaskStatus;
  /** Events that bring a task there, and away from there. Empty: none does. */
  readonly enteredBy: readonly EventType[];
  readonly leftBy: readonly EventType[];
  /** What a task that stays so takes. Empty: nothing. */
  readonly verbs: readonly Verb[];
  /** From the project's folder. */
  readonly runbook: string;
}

export interface Lifecycle {
  readonly agent: string;
  readonly version: string;
  readonly statuses: readonly StatusLifecycle[];
  readonly tools: readonly ToolLifecycle[];
}

/** The map of what this agent's tasks go through, the same for the same definition. */
export function lifecycleOf(agent: AgentDefinition): Lifecycle {
  return {
    agent: agent.name,
    version: agent.version,
    statuses: TASK_STATUSES.filter((status) => NEEDED[status]?.(agent) ?? true).map(
      statusLifecycle,
    ),
    tools: agent.tools.map(toolLifecycle),
  };
}

/** What an agent must have for a task of it to get there; all other statuses any task can have. */
const NEEDED: { readonly [Status in TaskStatus]?: (agent: AgentDefinition) => boolean } = {
  "waiting-tool": hasServices,
  "waiting-approval": asksForDecisions,
  // A tool's service may answer with a wait as well.
  "waiting-event": hasTools,
  "waiting-timer": hasTools,
  "waiting-child": ({ tools }) => tools.some(({ delegatesTo = [] }) => delegatesTo.length > 0),
  "waiting-auth": hasServices,
  "waiting-reconcile": hasServices,
  stale: asksForDecisions,
};

function asksForDecisions(agent: AgentDefinition): boolean {
  return hasServices(agent) || agent.review !== undefined;
}

function hasTools({ tools }: AgentDefinition): boolean {
  return tools.length > 0;
}

function hasServices({ tools }: AgentDefinition): boolean {
  return tools.some(({ wait }) => wait === undefined);
}

function statusLifecycle(status: TaskStatus): StatusLifecycle {
  const { livesIn, recovery, pause, resume, interrupt } = STATUS_CARE[status];
  const verbs = Object.keys(VERBS) as readonly Verb[];
  return {
    status,
    livesIn,
    owner: recovery,
    pause,
    resume,
    interrupt,
    enteredBy: eventsOf(
      ({ from, to }) => to.includes(status) && from.some((each) => each !== status),
    ),
    leftBy: eventsOf(({ from, to }) => from.includes(status) && to.some((each) => each !== status)),
    verbs: verbs.filter((verb) => VERBS[verb].taken.includes(status)),
    runbook: runbookPath(status),
  };
}

function eventsOf(matches: (transition: (typeof TRANSITIONS)[number]) => boolean): EventType[] {
  return TRANSITIONS.filter(matches).map(({ by }) => by);
}

const CARE: readonly (keyof Care)[] = ["livesIn", "owner", "pause", "resume", "interrupt"];

/** Each field that says nothing, such as `waiting-tool: pause`. None: the map is whole. */
export function lifecycleGaps({ statuses, tools }: Lifecycle): readonly string[] {
  const rows: readonly (readonly [string, Care])[] = [
    ...statuses.map((row) => [row.status, row] as const),
    ...tools.map((row) => [row.tool, row] as const),
  ];
  return rows.flatMap(([name, row]) =>
    CARE.filter((field) => row[field].trim() === "").map((field) => `${name}: ${field}`),
  );
}
