// Owns the keys of an approval's state and how they are read: `head`, and beside it what is
// written once, the package, each edit and each notice (L6).
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import type { ApprovalNotice, ApprovalPackage, EditedCall } from "../../contract/approval.ts";
import type { ApprovalHead } from "../../core/approval/approval-head.ts";
import { upcastApproval } from "../../core/approval/approval-head.ts";
import { problem } from "../../handler/problem.ts";
import { readNow } from "../../handler/read-now.ts";

export type ReadContext = ObjectContext | ObjectSharedContext;

export const HEAD_KEY = "head";
export const PACKAGE_KEY = "package";
/** Notices that are kept here; the task's log has all. */
export const MAX_KEPT_NOTICES = 256;

export function editKey(number: number): string {
  return `edit/${number}`;
}

export function noticeKey(number: number): string {
  return `notice/${String(number).padStart(4, "0")}`;
}

const TOO_NEW =
  "the approval's state was written by a newer version of this software; upgrade the worker";

/** For a shared handler. Undefined when there is no such approval. */
export async function viewHead(ctx: ObjectSharedContext): Promise<ApprovalHead | undefined> {
  const head = opened(await ctx.get<ApprovalHead>(HEAD_KEY));
  if (head !== undefined && "newer" in head) throw problem("state_too_new", TOO_NEW);
  return head;
}

/**
 * For an exclusive handler. State that is newer than this code is never overwritten: the
 * invocation is retried until newer code serves it (F22).
 */
export async function loadHead(ctx: ObjectContext): Promise<ApprovalHead | undefined> {
  return ours(await ctx.get<ApprovalHead>(HEAD_KEY));
}

/** The same, with the time in milliseconds since the epoch. */
export async function loadHeadNow(
  ctx: ObjectContext,
): Promise<{ readonly head: ApprovalHead | undefined; readonly now: number }> {
  const { stored, now } = await readNow<ApprovalHead>(ctx, HEAD_KEY);
  return { head: ours(stored), now };
}

function ours(stored: ApprovalHead | null): ApprovalHead | undefined {
  const head = opened(stored);
  if (head !== undefined && "newer" in head) throw new Error(TOO_NEW);
  return head;
}

function opened(stored: ApprovalHead | null) {
  return stored === null ? undefined : upcastApproval(stored);
}

/** There wherever there is a head. */
export function readPackage(ctx: ReadContext): Promise<ApprovalPackage> {
  return fetchPackage(ctx)();
}

/** It is under way from now on, beside whatever else is read before it is asked for. */
export function fetchPackage(ctx: ReadContext): () => Promise<ApprovalPackage> {
  const reading = ctx.get<ApprovalPackage>(PACKAGE_KEY);
  return async () => {
    const stored = await reading;
    if (stored === null) throw new Error("an approval without its package");
    return stored;
  };
}

/** What is decided on in the place of the proposed arguments, if anything. */
export async function readEdit(
  ctx: ReadContext,
  { edits }: ApprovalHead,
): Promise<EditedCall | undefined> {
  if (edits === 0) return undefined;
  return (await ctx.get<EditedCall>(editKey(edits))) ?? undefined;
}

export async function readHistory(
  ctx: ReadContext,
  { notices }: ApprovalHead,
): Promise<readonly ApprovalNotice[]> {
  const history: ApprovalNotice[] = [];
  for (let number = 1; number <= Math.min(notices, MAX_KEPT_NOTICES); number += 1) {
    const notice = await ctx.get<ApprovalNotice>(noticeKey(number));
    if (notice !== null) history.push(notice);
  }
  return history;
}
