// Owns the points of a conversation at which its worker can be killed exactly, and the choice
// of some of them by a seed. Who kills there is the kill switch's business.
import { sha256 } from "../../core/digest.ts";
import { assistantMessages, isCapped } from "./conversation.ts";
import type { Conversation } from "./dataset.ts";

/**
 * A model call that has arrived and is not answered; a tool that has got its input and done
 * nothing; a tool that has done all and returned nothing. Counted from 0 within each kind.
 */
export type Point = `${"model-call" | "before-tool" | "after-tool"} ${number}`;

export interface Kill {
  readonly point: Point;
  /** It goes on for so long, but not beyond the conversation's next point. */
  readonly delayMs: number;
  /** What dies. Default: the worker. */
  readonly of?: "worker" | "server";
}

/** About what a step takes, so that a late kill may come anywhere in it. */
const LONGEST_DELAY_MS = 40;

/** In the order in which an undisturbed conversation reaches them. */
function pointsOf(conversation: Conversation): readonly Point[] {
  const answers = assistantMessages(conversation);
  let tool = -1;
  const points = answers.flatMap((answer, k): Point[] => {
    if (answer.tool_calls === undefined) return [`model-call ${k}`];
    tool += 1;
    return [`model-call ${k}`, `before-tool ${tool}`, `after-tool ${tool}`];
  });
  return isCapped(conversation) ? [...points, `model-call ${answers.length}`] : points;
}

/** Kills at different points, the same ones for the same seed. */
export function chooseKills(conversation: Conversation, count: number, seed: string): Kill[] {
  const random = (what: string, below: number): number =>
    Number.parseInt(sha256(`${seed}/${conversation.id}/${what}`).slice(0, 12), 16) % below;
  const points = [...pointsOf(conversation)];
  const last = points.at(-1);
  return Array.from({ length: count }, (_, index) => {
    const [point] = points.splice(random(`point ${index}`, points.length), 1);
    if (point === undefined) throw new Error(`${conversation.id} has fewer than ${count} points`);
    // After the last point nothing would bound the delay, and the conversation might be over.
    const atOnce = point === last || random(`at once ${index}`, 2) === 0;
    return { point, delayMs: atOnce ? 0 : 1 + random(`delay ${index}`, LONGEST_DELAY_MS) };
  });
}
