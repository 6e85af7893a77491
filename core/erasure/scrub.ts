// Owns what is erased with the entries of a log: which of them say what else there is of their content,
// in the task's own state, with its approvals, with tools, and in the artifacts (R102). Pure.
import type {
  EraseCommand,
  ErasedChild,
  PreserveCommand,
  Scrubbed,
} from "../../contract/erasure.ts";
import type { EventBody, TaskEvent } from "../../contract/event.ts";
import { hasEnded } from "../../contract/status.ts";
import { artifactsOf } from "../artifacts-of.ts";
import { sha256 } from "../digest.ts";
import type { TaskHead } from "../task-head.ts";
import type { Refusal } from "../transition/refusal.ts";

/** Why a task is not erased, or undefined. */
export function eraseProblem(head: TaskHead): Refusal | undefined {
  if (head.erased !== undefined) return undefined;
  if (head.preserved !== undefined) {
    const message = "the task is preserved, so nobody erases it; status says by whom and why";
    return { code: "task_preserved", message };
  }
  if (!hasEnded(head.status)) {
    const message = `the task is ${head.status}; only what has ended is erased: complete, cancel, retire or kill it first`;
    return { code: "verb_not_allowed", message, details: { status: head.status } };
  }
  if (head.salt !== undefined) return undefined;
  const message =
    "the task was made by an app without evidence, so the hashes of its log would not hold without its content";
  return { code: "not_erasable", message };
}

/** Nothing where it is so already. */
export function onPreserve(
  { preserved: before }: Pick<TaskHead, "preserved">,
  { by, reason, preserved }: PreserveCommand,
): readonly EventBody[] {
  if ((before !== undefined) === preserved) return [];
  const actor = { kind: "operator", ...(by === undefined ? {} : { id: by }) } as const;
  return [{ type: "task.preserved", actor, reason, data: { preserved } }];
}

export function onErase({ by, reason, artifacts }: EraseCommand): readonly EventBody[] {
  const actor = { kind: "operator", ...(by === undefined ? {} : { id: by }) } as const;
  return [{ type: "task.erased", actor, reason, data: { artifacts } }];
}

/** What entries that still have their content refer to. */
export function referredTo(events: readonly TaskEvent[]): Omit<Scrubbed, "next" | "volumes"> {
  const operations = new Set<string>();
  const approvals = new Set<string>();
  const artifacts = new Set<string>();
  const children = new Map<string, ErasedChild>();
  for (const event of events) {
    if (event.erased === undefined && event.type === "child.started") {
      const { agent, taskId } = event.data;
      children.set(`${agent}/${taskId}`, { agent, taskId });
    }
    const { operationId, approvalId } = namedIn(event);
    if (operationId !== undefined) operations.add(operationId);
    if (approvalId !== undefined) approvals.add(approvalId);
    for (const { sha256: digest, kind } of artifactsOf(event)) {
      // Other tasks of the agent have the same definition.
      if (kind === "content") artifacts.add(digest);
    }
  }
  return {
    operations: [...operations],
    artifacts: [...artifacts],
    approvals: [...approvals],
    children: [...children.values()],
  };
}

interface Named {
  readonly operationId?: string;
  readonly approvalId?: string;
  readonly messageId?: string;
  readonly turn?: number;
}

/** Ids have one name wherever they stand in the log. */
export function namedIn({ data, erased }: TaskEvent): Named {
  return erased === undefined ? (data as Named) : {};
}

/** Beyond these an outcome expires by itself, within TOOL_RETENTION_MS. */
const QUESTIONS = 8;
const TRIES = 4;

/** The idempotency keys of the invocations that an operation may have had (core/tool-verb.ts). */
export function invocationKeys(operationId: string): readonly string[] {
  const numbered = (what: string, from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => `${operationId}/${what}/${from + n}`);
  return [
    operationId,
    ...numbered("reconcile", 1, QUESTIONS),
    ...numbered("propose", 1, TRIES),
    `${operationId}/compensate`,
    ...numbered("compensate", 2, TRIES),
  ].map(sha256);
}
