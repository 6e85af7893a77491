// Owns when a turn's answer is held back for a person to release: what the agent says, against what
// the turn did and how long it lasted, by the log (R70).
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventBody } from "../../contract/event.ts";
import type { TaskHead } from "../task-head.ts";

/** What a turn has come to, when its answer is there. */
export interface TurnEnd {
  readonly step: number;
  readonly answerSeq: number;
  /** When, milliseconds since the epoch. */
  readonly at: number;
  /** The tool that has ended it. */
  readonly tool?: string;
}

/** The answer is held back, or undefined where it may be released as it is. */
export function holdBack(
  head: TaskHead,
  { review }: Pick<AgentDefinition, "review">,
  { at, ...end }: TurnEnd,
): EventBody | undefined {
  const { number, openedAt, touched = [] } = head.turn;
  const lastedMs = openedAt === undefined ? undefined : Math.max(at, head.updatedAt) - openedAt;
  if (review === undefined || !isDue(review, touched, lastedMs)) return undefined;
  const lasted = lastedMs === undefined ? {} : { lastedMs };
  const data = { turn: number, ...end, ...lasted, touched: touched.toSorted() };
  return { type: "review.due", data };
}

function isDue(
  when: NonNullable<AgentDefinition["review"]>,
  touched: NonNullable<TaskHead["turn"]["touched"]>,
  lastedMs: number | undefined,
): boolean {
  // Of a turn that older code has opened nobody knows what it did.
  if (when === "always" || lastedMs === undefined) return true;
  const { longerThanMs, effects } = when;
  if (longerThanMs !== undefined && lastedMs <= longerThanMs) return false;
  return touched.some((each) => effects?.includes(each) ?? true);
}
