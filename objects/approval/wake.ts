// Owns what comes to an approval unasked: its waiter's awakeable opened or settled, its timers,
// and the task's word that it is not needed, or not the same, any more.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type { ApprovalPorts } from "../../contract/approval-api.ts";
import type {
  ApprovalNotice,
  ApprovalTick,
  ChangedInput,
  WithdrawInput,
} from "../../contract/approval.ts";
import type { Wake } from "../../contract/command.ts";
import { advance } from "../../core/approval/advance.ts";
import type { ApprovalHead } from "../../core/approval/approval-head.ts";
import type { Fact } from "../../core/approval/fold.ts";
import { isCurrent, readBallot, spend } from "../../core/approval/judge-awakeable.ts";
import { overtaken } from "../../core/approval/overtaken.ts";
import { fetchPackage, HEAD_KEY, loadHeadNow } from "./approval-state.ts";
import { judgementOf } from "./judge.ts";
import { record } from "./record.ts";

export async function wake(ctx: ObjectContext, ports: ApprovalPorts, input: Wake): Promise<void> {
  if (input.type === "awakeable-opened") {
    const { head, now = 0 } = (await advanced(ctx)) ?? {};
    onOpened(ctx, head, input.awakeableId, now);
  }
  if (input.type === "awakeable-settled") await onSettled(ctx, ports, input);
}

type Settled = Extract<Wake, { readonly type: "awakeable-settled" }>;

async function onSettled(
  ctx: ObjectContext,
  ports: ApprovalPorts,
  { awakeableId, payload }: Settled,
): Promise<void> {
  const approval = fetchPackage(ctx);
  const current = await advanced(ctx);
  if (current === undefined || !isCurrent(current.head, awakeableId)) return;
  const { head, now } = current;
  const ballot = readBallot(payload);
  const judgement =
    typeof ballot === "string"
      ? ballot
      : await judgementOf(ctx, ports, { head, approval, now }, ballot);
  record(ctx, head, spend(awakeableId, judgement, Math.max(now, head.updatedAt)));
}

function onOpened(
  ctx: ObjectContext,
  head: ApprovalHead | undefined,
  awakeableId: string,
  now: number,
): void {
  // The same waiter may say it twice.
  if (head !== undefined && isCurrent(head, awakeableId)) return;
  if (head?.state !== "open" || head.awakeable.state !== "awaited") {
    ctx.rejectAwakeable(awakeableId, "this approval is not open any more");
    return;
  }
  const at = Math.max(now, head.updatedAt);
  record(ctx, head, [{ notice: { type: "opened", at, awakeableId, digest: head.digest } }]);
}

/** One that comes too late changes nothing. */
export async function tick(ctx: ObjectContext, { due }: ApprovalTick): Promise<void> {
  await advanced(ctx, due);
}

export async function withdraw(ctx: ObjectContext, { reason }: WithdrawInput): Promise<void> {
  await closeOpen(ctx, (at) => ({ type: "withdrawn", at, reason }));
}

/**
 * What was captured is otherwise now: no decision counts any more, the task asks anew (R37). What
 * it found after the decision is kept beside it.
 */
export async function changed(ctx: ObjectContext, input: ChangedInput): Promise<void> {
  const { changes, digest } = input;
  const head = await closeOpen(ctx, (at) => ({ type: "stale", at, changes }), digest);
  const late = head === undefined ? undefined : overtaken(head, changes);
  if (late !== undefined) ctx.set(HEAD_KEY, late);
}

/** The head of one that was closed before. */
async function closeOpen(
  ctx: ObjectContext,
  why: (at: number) => ApprovalNotice,
  only?: string,
): Promise<ApprovalHead | undefined> {
  const current = await advanced(ctx);
  if (current === undefined) return undefined;
  const { head, now } = current;
  if (head.state !== "open") return head;
  if (only === undefined || only === head.digest)
    record(ctx, head, [{ notice: why(Math.max(now, head.updatedAt)) }]);
  return undefined;
}

/** The approval, once time has done what is due. */
async function advanced(
  ctx: ObjectContext,
  due?: ApprovalTick["due"],
): Promise<{ readonly head: ApprovalHead; readonly now: number } | undefined> {
  const { head: stored, now } = await loadHeadNow(ctx);
  if (stored === undefined) return undefined;
  // Nothing is due any more.
  if (stored.state !== "open") return { head: stored, now: stored.updatedAt };
  const facts = advance(stored, now, due).map((notice): Fact => ({ notice }));
  return { head: record(ctx, stored, facts), now };
}
