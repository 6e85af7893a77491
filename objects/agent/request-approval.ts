// Owns sending what a person must decide on to `holdfast.approval`, with the evidence that led to
// it. Sent after the request is in the state, and again by a recovery: the same
// request twice is one (L15, R33, R34).
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { ApprovalPackage } from "../../contract/approval.ts";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import type { EventData, TaskEvent } from "../../contract/event.ts";
import { approvalPackage, EVIDENCE_WINDOW } from "../../core/approval/approval-package.ts";
import { argumentsIn } from "../../core/proposed-call.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { readEvent, readEvents } from "./log-store.ts";
import type { TaskWriter } from "./task-writer.ts";

/** Where the log can be read: what this handler wrote is in memory. */
export interface LogPlace {
  readonly ctx: ObjectContext;
  readonly writer: TaskWriter;
}

/** An event of the log, from what this handler wrote or else from the state. */
export async function eventAt(
  { ctx, writer }: LogPlace,
  seq: number,
): Promise<TaskEvent | undefined> {
  const written = writer.written.find((each) => each.seq === seq);
  return written ?? (await readEvent(ctx, seq, writer.head.nextSeq));
}

/** Sends each request that waits to be opened, from this position of the log on. */
export async function requestApprovals(place: LogPlace, fromSeq = 0): Promise<void> {
  const { writer } = place;
  writer.commit();
  for (const { state, approval, answerSeq, ordinal } of writer.head.operations) {
    if (state !== "approval-requested" || approval === undefined) continue;
    if (approval.seq < fromSeq) continue;
    const requested = await eventAt(place, approval.seq);
    const given = argumentsIn(await eventAt(place, answerSeq), ordinal);
    if (requested?.type !== "approval.requested" || given === undefined)
      throw new Error(`the log has no request at entry ${approval.seq}`);
    const events = await evidence(place, requested.seq, answerSeq);
    const { staleSeq } = approval;
    const stale = staleSeq === undefined ? undefined : await eventAt(place, staleSeq);
    const sources = { requested: requested.data, arguments: given, events, stale };
    sendOpen(place, requested.data, approvalPackage(writer.head, sources));
  }
}

/** The message that opened the turn, the model's answer, and what is right before the request. */
export async function evidence(
  place: LogPlace,
  requestSeq: number,
  answerSeq: number,
): Promise<readonly TaskEvent[]> {
  const { ctx, writer } = place;
  const { openSeq = 0 } = writer.head.turn;
  const from = Math.max(openSeq + 1, requestSeq - EVIDENCE_WINDOW);
  const written = writer.written.filter(({ seq }) => seq >= from && seq < requestSeq);
  const nextSeq = written[0]?.seq ?? requestSeq;
  const stored =
    nextSeq > from
      ? await readEvents(ctx, { after: from - 1, limit: nextSeq - from, nextSeq })
      : [];
  const first = await eventAt(place, openSeq);
  const answer = answerSeq < from ? await eventAt(place, answerSeq) : undefined;
  return [first, answer, ...stored, ...written].filter((each) => each !== undefined);
}

export function sendOpen(
  { ctx }: LogPlace,
  { approvalId }: Pick<EventData["approval.requested"], "approvalId">,
  parameter: ApprovalPackage,
): void {
  ctx.genericSend<ApprovalPackage>({
    service: APPROVAL_SERVICE,
    key: approvalId,
    method: "open",
    parameter,
    inputSerde: jsonOf(),
  });
}
