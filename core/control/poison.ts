// Owns telling a message that no segment gets past from everything else that loses segments (F23):
// which one is suspected, and what the head makes of putting it aside. When that is done, and what
// people make of it, is in core/transition/.
import { DEFAULT_LIMITS } from "../../contract/agent.ts";
import type { EventData } from "../../contract/event.ts";
import type { PlacedMessage, TaskHead, TurnState } from "../task-head.ts";
import { hasForeground } from "../wait/background.ts";

/** Messages that one task puts aside; with more than that something else is wrong. */
export const MAX_QUARANTINED = 16;

/** Of a lost segment. */
export interface Tries {
  /** How often the engine has tried the segment, where it gave up on it; else it was lost once. */
  readonly attempts?: number | undefined;
  /** See AgentLimits. */
  readonly maxMessageAttempts?: number | undefined;
}

/**
 * The suspects of a turn once a message was taken in: the first that the model has not answered, and
 * the last that came before the trouble began.
 */
export function suspectsWith(
  { turn, lostSegments }: TaskHead,
  message: PlacedMessage,
): readonly PlacedMessage[] {
  const { suspects = [] } = turn;
  if (lostSegments > 0) return suspects;
  return [...suspects.slice(0, 1), message];
}

/**
 * The message that keeps segments from getting anywhere, if any does: the first that the model has not
 * answered. What came to a segment that failed already comes after it.
 */
export function suspectOf(head: TaskHead): PlacedMessage | undefined {
  const { turn, cancelling, hold, compensation, quarantined = [] } = head;
  const works = turn.open && !cancelling && hold === undefined && compensation === undefined;
  // With a call open it may be the call.
  if (!works || hasForeground(head) || quarantined.length >= MAX_QUARANTINED) return undefined;
  return turn.suspects?.[0];
}

/** Whether a suspect has had its attempts with the segment that was just lost. */
export function isPoison(head: TaskHead, tries: Tries): boolean {
  const { maxMessageAttempts = DEFAULT_LIMITS.maxMessageAttempts } = tries;
  return attemptsOf(head, tries) >= maxMessageAttempts;
}

/** With the segment that was just lost. */
export function attemptsOf({ lostSegments }: TaskHead, { attempts = 1 }: Tries): number {
  return lostSegments + attempts;
}

/** Whether the turn has nothing but one message that the model has not answered. */
export function isAlone({ steps, unread = 0 }: TurnState): boolean {
  return steps === 0 && unread <= 1;
}

/** The head once a message was put aside. */
export function withoutMessage(
  head: TaskHead,
  { messageId, seq }: EventData["message.quarantined"],
): TaskHead {
  const { suspects = [], unread = 0, ...turn } = head.turn;
  const others = suspects.filter((each) => each.seq !== seq);
  return {
    ...head,
    quarantined: [...(head.quarantined ?? []), { messageId, seq }],
    lostSegments: 0,
    turn: {
      ...turn,
      ...(others.length === 0 ? {} : { suspects: others }),
      ...(unread <= 1 ? {} : { unread: unread - 1 }),
      ...(isAlone(head.turn) ? { empty: true as const } : {}),
    },
  };
}

/** The head once somebody has said what becomes of a message that was put aside. */
export function withoutQuarantined(before: TaskHead, seq: number): TaskHead {
  const { quarantined = [], ...head } = before;
  const others = quarantined.filter((each) => each.seq !== seq);
  return others.length === 0 ? head : { ...head, quarantined: others };
}
