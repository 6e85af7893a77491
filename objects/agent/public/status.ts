// Owns `status`: the head as people see it, with the exact calls that wait for a decision.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { OperationView, StatusView } from "../../../contract/api.ts";
import {
  lastEndedTurn,
  operationView,
  showsProposal,
  statusView,
} from "../../../core/status-view.ts";
import { readTurnAnswer } from "../listeners.ts";
import { readEvent } from "../log-store.ts";
import { viewTask } from "../task-state.ts";
import { notFound } from "./send.ts";

export async function status(ctx: ObjectSharedContext, agent: string): Promise<StatusView> {
  const head = await viewTask(ctx);
  if (head === undefined) throw notFound(agent);
  const operations: OperationView[] = [];
  for (const operation of head.operations) {
    const needed = showsProposal(operation);
    const answer = needed ? await readEvent(ctx, operation.answerSeq, head.nextSeq) : undefined;
    operations.push(operationView(operation, answer));
  }
  const lastTurn = await readTurnAnswer(ctx, lastEndedTurn(head), head.nextSeq);
  return statusView(head, operations, lastTurn);
}
