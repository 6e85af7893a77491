// Owns the keys of a task's state and how they are read. All state is lazy and in small keys:
// `head`, the log's chunks, and one small row per message and per turn (L6). The log is the
// truth: a running segment commits chunks only, and stores the head now and then.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { digestOf } from "../../core/digest.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { upcastHead } from "../../core/task-head.ts";
import { catchUp } from "./log-store.ts";
import { problem } from "../../handler/problem.ts";
import { readNow } from "../../handler/read-now.ts";
import type { ReadContext } from "./read-context.ts";

/** What is remembered of a message, for ever, so that its id is applied once (F28, F29). */
export interface MessageRow {
  readonly digest: string;
  /** 0 while it is kept. */
  readonly turn: number;
  /** Its number while it is kept for a later turn. */
  readonly queued?: number;
  /** Its position in the log; absent in old rows. */
  readonly seq?: number;
}

/** Where a turn's end is in the log. */
export interface TurnRow {
  readonly endSeq: number;
}

export const HEAD_KEY = "head";

export function messageKey(messageId: string): string {
  return `message/${digestOf(messageId).slice(0, 32)}`;
}

export function turnKey(turn: number): string {
  return `turn/${turn}`;
}

/** Where the log has a kept message. */
export interface QueuedRow {
  readonly seq: number;
}

export function queuedKey(n: number): string {
  return `queued/${n}`;
}

export function queuedKeys({ first, next }: NonNullable<TaskHead["queue"]>): readonly string[] {
  return Array.from({ length: next - first }, (_, index) => queuedKey(first + index));
}

/** The grants that the task was given, all of them. */
export const GRANTS_KEY = "grants";

/** Of a child whose parent has bounds, or that people have given grants: what they are made of. */
export const BOUNDS_KEY = "bounds";

/** Of an applied effect that can be undone, by its number; a later one may take its place. */
export function effectKey(n: number): string {
  return `effect/${n}`;
}

/** Where the log says how an unknown outcome became known. */
export interface SettledRow {
  readonly seq: number;
}

export function settledKey(operationId: string): string {
  return `settled/${digestOf(operationId).slice(0, 32)}`;
}

const TOO_NEW =
  "the task's state was written by a newer version of this software; upgrade the worker";

/**
 * For a shared handler: the head as it was stored last, or undefined when there is no such
 * task. While a segment is running it lags some commits behind; see `viewTask`.
 */
export async function viewHead(ctx: ReadContext): Promise<TaskHead | undefined> {
  const stored = await ctx.get<TaskHead>(HEAD_KEY);
  if (stored === null) return undefined;
  const head = upcastHead(stored);
  if ("newer" in head) throw problem("state_too_new", TOO_NEW);
  return head;
}

/** For a shared handler: the head as of the last commit. */
export async function viewTask(ctx: ReadContext): Promise<TaskHead | undefined> {
  const head = await viewHead(ctx);
  return head === undefined ? undefined : upToDate(ctx, head);
}

/** The head as of the last commit, from the one that was stored. */
export async function upToDate(ctx: ReadContext, stored: TaskHead): Promise<TaskHead> {
  return stored.segment.open ? catchUp(ctx, stored) : stored;
}

/**
 * For an exclusive handler. State that is newer than this code is never overwritten: the
 * invocation keeps its input and is retried until newer code serves it (F22). Not a PauseError:
 * that takes an action, whose entry in the journal the newer code would not fit.
 */
export async function loadHead(ctx: ObjectContext): Promise<TaskHead | undefined> {
  return openHead(ctx, await ctx.get<TaskHead>(HEAD_KEY));
}

/** The same, with the time in milliseconds since the epoch. */
export async function loadHeadNow(
  ctx: ObjectContext,
): Promise<{ readonly head: TaskHead | undefined; readonly now: number }> {
  const { stored, now } = await readNow<TaskHead>(ctx, HEAD_KEY);
  return { head: await openHead(ctx, stored), now };
}

async function openHead(
  ctx: ObjectContext,
  stored: TaskHead | null,
): Promise<TaskHead | undefined> {
  if (stored === null) return undefined;
  const head = upcastHead(stored);
  if ("newer" in head) throw new Error(TOO_NEW);
  // An open segment has stored commits behind the head, and is gone: this handler has its lock.
  return upToDate(ctx, head);
}
