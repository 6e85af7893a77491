// Owns what a tool's answer to `propose` means to the task: a person is asked about exactly that,
// or the call is not made.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { ApprovalTerms } from "../../contract/approval.ts";
import type { Answered, EventBody } from "../../contract/event.ts";
import type { Blocked, ProposeResponse } from "../../contract/tool.ts";
import { fingerprintIn } from "../approval/captured-change.ts";
import type { OpenOperation, TaskHead } from "../task-head.ts";
import { requestApproval } from "./approval.ts";
import { onBlocked } from "./blocked.ts";
import { returned } from "./returned.ts";
import type { Lost } from "./tool-outcome.ts";

/** What came back from an invocation of `propose`. */
export type ProposeOutcome = ProposeResponse | Lost;

export function onProposed(
  head: TaskHead,
  operation: OpenOperation,
  answer: ProposeOutcome,
  { agent, terms }: { readonly agent: AgentDefinition; readonly terms: ApprovalTerms | Blocked },
): readonly EventBody[] {
  if (operation.state !== "proposing") return [];
  if (answer.outcome === "lost") {
    const at = { toolVersion: operation.toolVersion, startedAt: answer.at, durationMs: 0 };
    return [refusedBy(operation, at, "not_proposed", "The tool did not say what it would do.")];
  }
  if (answer.outcome === "blocked") return onBlocked(head, operation, answer);
  if (answer.outcome === "error") {
    return [refusedBy(operation, answer, answer.code, answer.message)];
  }
  if (answer.argumentsDigest !== operation.argumentsDigest) {
    const message = "The tool reads other arguments than the ones that were recorded.";
    return [refusedBy(operation, answer, "arguments_mismatch", message)];
  }
  const { toolVersion, resource, startedAt, durationMs } = answer;
  // What the task may not do any more is no question for a person.
  if ("outcome" in terms) {
    return onBlocked(head, operation, { toolVersion, startedAt, durationMs, ...terms });
  }
  const fingerprint = fingerprintIn(answer);
  const captured = { agentVersion: agent.version, toolVersion, terms, resource, fingerprint };
  return [requestApproval(head, operation, { ...captured, at: startedAt + durationMs })];
}

function refusedBy(
  operation: OpenOperation,
  at: Answered,
  code: string,
  message: string,
): EventBody {
  return returned(operation, at, { outcome: "error", code, message });
}
