// Owns `status`: the head as people see it, with the exact calls that wait for a decision.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type { OperationView, StatusView } from "../../../contract/api.ts";
import type { RetentionSettings } from "../../../contract/retention.ts";
import type { TaskEvent } from "../../../contract/event.ts";
import { retentionOf } from "../../../core/retention/retention-of.ts";
import { lastEndedTurn, operationView, seqsShown, statusView } from "../../../core/status-view.ts";
import { readTurnAnswer } from "../listeners.ts";
import { readEvent } from "../log-store.ts";
import { viewTask } from "../task-state.ts";
import { notFound } from "./send.ts";

interface StatusDeps {
  readonly agent: Pick<AgentDefinition, "name">;
  readonly retention?: RetentionSettings | undefined;
}

export async function status(
  ctx: ObjectSharedContext,
  { agent, retention: settings }: StatusDeps,
): Promise<StatusView> {
  const head = await viewTask(ctx);
  if (head === undefined) throw notFound(agent.name);
  const operations: OperationView[] = [];
  for (const operation of head.operations) {
    const events = new Map<number, TaskEvent | undefined>();
    for (const seq of seqsShown(operation))
      events.set(seq, await readEvent(ctx, seq, head.nextSeq));
    operations.push(operationView(operation, (seq) => events.get(seq)));
  }
  const lastTurn = await readTurnAnswer(ctx, lastEndedTurn(head), head.nextSeq);
  const retention = retentionOf(head, settings);
  const view = statusView(head, operations, lastTurn);
  return retention === undefined ? view : { ...view, retention };
}
