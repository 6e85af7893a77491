// Owns the paths at Restate's ingress by which people bring a task on.
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import { BUDGET_SERVICE } from "../../contract/budget.ts";
import { CONTROL_SERVICE } from "../../contract/control.ts";
import type { Remedy } from "../../contract/explanation.ts";
import { EVENTS_SERVICE } from "../../contract/inbox.ts";
import { STOPS_KEY, STOPS_SERVICE } from "../../contract/stop.ts";

type Body = Readonly<Record<string, string>>;

function at(target: readonly string[], verb: string, body?: Body): Remedy {
  const path = ["", "restate", "call", ...target.map(encodeURIComponent), verb].join("/");
  return { verb, path, ...(body === undefined ? {} : { body }) };
}

/** A handler of the task itself. */
export function onTask(
  { agent, taskId }: { readonly agent: string; readonly taskId: string },
  verb: string,
  body?: Body,
): Remedy {
  return at([agent, taskId], verb, body);
}

export function decideOn(approvalId: string, digest: string): Remedy {
  return at([APPROVAL_SERVICE, approvalId], "decide", { decision: "approve", digest });
}

export function changeBudget(budget: string): Remedy {
  return at([BUDGET_SERVICE, budget], "limit");
}

export function liftStop(): Remedy {
  return at([STOPS_SERVICE, STOPS_KEY], "lift");
}

export function publishEvent(topic: string, key: string): Remedy {
  return at([EVENTS_SERVICE], "publish", { topic, key });
}

export function kill({
  agent,
  taskId,
}: {
  readonly agent: string;
  readonly taskId: string;
}): Remedy {
  return at([CONTROL_SERVICE], "kill", { agent, taskId });
}
