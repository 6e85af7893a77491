// Owns how people bring a task on: the paths at Restate's ingress, and the commands for the same.
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import { CONTROL_SERVICE } from "../../contract/control.ts";
import type { Remedy } from "../../contract/explanation.ts";
import { EVENTS_SERVICE } from "../../contract/inbox.ts";
import { STOPS_KEY, STOPS_SERVICE } from "../../contract/stop.ts";
import { command, type NamedTask, taskCommand } from "./cli-command.ts";

type Body = Readonly<Record<string, string>>;

interface How {
  readonly body?: Body | undefined;
  readonly command?: string | undefined;
}

function at(target: readonly string[], verb: string, { body, command: typed }: How = {}): Remedy {
  const path = ["", "restate", "call", ...target.map(encodeURIComponent), verb].join("/");
  return {
    verb,
    path,
    ...(body === undefined ? {} : { body }),
    ...(typed === undefined ? {} : { command: typed }),
  };
}

/** A handler of the task itself. */
export function onTask(task: NamedTask, verb: string, body?: Body): Remedy {
  const { agent, taskId } = task;
  return at([agent, taskId], verb, { body, command: taskCommand(task, verb, body) });
}

export function decideOn(approvalId: string, digest: string): Remedy {
  return at([APPROVAL_SERVICE, approvalId], "decide", {
    body: { decision: "approve", digest },
    command: command("approvals", "approve", approvalId),
  });
}

export function changeBudget(budget: string): Remedy {
  return at([BUDGET_SERVICE, budget], "limit");
}

export function liftStop(): Remedy {
  return at([STOPS_SERVICE, STOPS_KEY], "lift");
}

export function publishEvent(topic: string, key: string): Remedy {
  return at([EVENTS_SERVICE], "publish", { body: { topic, key } });
}

export function kill(task: NamedTask): Remedy {
  const { agent, taskId } = task;
  return at([CONTROL_SERVICE], "kill", {
    body: { agent, taskId },
    command: taskCommand(task, "kill"),
  });
}
