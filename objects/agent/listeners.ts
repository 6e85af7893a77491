// Owns telling those who `ask` that their turn has ended, through the awakeables they wait on.
import type { TurnAnswer } from "../../contract/api.ts";
import { hasEnded } from "../../contract/status.ts";
import { endedAnswer, turnAnswer } from "../../core/turn-answer.ts";
import { readEvent } from "./log-store.ts";
import type { Listener } from "../../core/task-head.ts";
import type { ReadContext } from "./read-context.ts";
import type { TurnRow } from "./task-state.ts";
import { turnKey } from "./task-state.ts";
import type { TaskWriter } from "./task-writer.ts";

/** Listeners that one task remembers; the oldest gives way, and its `ask` runs into its timeout. */
const MAX_LISTENERS = 16;

/** The answer of a turn that has ended, from the log. */
export async function readTurnAnswer(
  ctx: ReadContext,
  turn: number,
  nextSeq: number,
): Promise<TurnAnswer | undefined> {
  const row = await ctx.get<TurnRow>(turnKey(turn));
  if (row === null) return undefined;
  return turnAnswer(await readEvent(ctx, row.endSeq, nextSeq));
}

export function addListener(writer: TaskWriter, listener: Listener): void {
  writer.mark({ listeners: [...writer.head.listeners, listener].slice(-MAX_LISTENERS) });
}

/**
 * Takes the listeners out whose turn ended among the written events. The answers are to be
 * given after the head was saved, or who is answered could read a head that lags behind.
 */
export function takeAnswered(
  writer: TaskWriter,
): readonly { readonly awakeableId: string; readonly answer: TurnAnswer }[] {
  const { listeners } = writer.head;
  if (listeners.length === 0) return [];
  const answers = writer.written.map(turnAnswer).filter((answer) => answer !== undefined);
  const { status } = writer.head;
  const due = listeners.flatMap(({ awakeableId, turn }) => {
    const answer =
      answers.find((each) => each.turn === turn) ??
      (hasEnded(status) ? endedAnswer(turn, status) : undefined);
    return answer === undefined ? [] : [{ awakeableId, answer }];
  });
  const done = new Set(due.map(({ awakeableId }) => awakeableId));
  writer.mark({ listeners: listeners.filter(({ awakeableId }) => !done.has(awakeableId)) });
  return due;
}
