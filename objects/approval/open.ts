// Owns `open`: a request arrives, is checked once as a whole, and gets its timers and its waiter.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { ApprovalPorts } from "../../contract/approval-api.ts";
import type { ApprovalPackage, ApprovalState } from "../../contract/approval.ts";
import { advance } from "../../core/approval/advance.ts";
import { newApproval } from "../../core/approval/approval-head.ts";
import { packageProblem } from "../../core/approval/package-problem.ts";
import { HEAD_KEY, loadHead, PACKAGE_KEY } from "./approval-state.ts";
import { evidenceProblem } from "./check-evidence.ts";
import { record, sendWaiter } from "./record.ts";
import { sendTicks } from "./timers.ts";

/** Answer of `open`: what a decision must name. */
export interface Opened {
  readonly state: ApprovalState;
  readonly digest: string;
}

/** The same request again changes nothing. */
export async function open(
  ctx: ObjectContext,
  ports: ApprovalPorts,
  approval: ApprovalPackage,
): Promise<Opened> {
  const known = await loadHead(ctx);
  if (known !== undefined) return { state: known.state, digest: known.digest };
  const now = await ctx.date.now();
  const wrong = packageProblem(ctx.key, approval) ?? (await evidenceProblem(ctx, ports, approval));
  const { retentionMs } = ports;
  const kept = retentionMs === undefined ? {} : { retentionMs };
  const fresh = { ...newApproval(ctx.key, approval), ...kept };
  ctx.set(PACKAGE_KEY, approval);
  const at = Math.max(now, fresh.updatedAt);
  const notices =
    wrong === undefined ? advance(fresh, now) : [{ type: "blocked", at, reason: wrong } as const];
  const head = record(
    ctx,
    fresh,
    notices.map((notice) => ({ notice })),
  );
  if (head.state === "open") {
    ctx.set(HEAD_KEY, { ...head, timers: await sendTicks(ctx, head, now) });
    sendWaiter(ctx, head);
  }
  return { state: head.state, digest: head.digest };
}
