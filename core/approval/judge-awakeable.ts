// Owns what it means that an approval's awakeable was opened, or settled by whoever holds its id:
// a decision where the rule says so, and else a mismatch that is recorded (F16).
import { decideInputSchema } from "../../contract/approval-api.ts";
import { parseSafely } from "../../contract/parse-safely.ts";
import type { Wake } from "../../contract/command.ts";
import { parseStrictJson } from "../strict-json.ts";
import type { ApprovalHead } from "./approval-head.ts";
import type { Ballot } from "./ballot.ts";
import { ballotOf } from "./ballot.ts";
import type { Fact } from "./fold.ts";
import type { Judgement } from "./judge.ts";

type Settled = Extract<Wake, { type: "awakeable-settled" }>["payload"];

/** The decision in a payload, or why it is none, in words that quote nothing of it. */
export function readBallot(settled: Settled): Ballot | string {
  if ("rejected" in settled) {
    return "the awakeable was rejected instead of resolved with a decision";
  }
  const read = parseStrictJson(settled.text);
  if ("problem" in read) return `the decision does not parse: ${read.problem}`;
  const parsed = parseSafely(decideInputSchema, read.value);
  if (!parsed.success) {
    const paths = parsed.error.issues.map((issue) => issue.path.join(".") || "(the whole)");
    return `the decision does not have the required form at: ${[...new Set(paths)].join(", ")}`;
  }
  const { decision } = parsed.data;
  // These need an answer, which an awakeable does not give.
  if (decision === "edit" || decision === "ask") return `${decision} takes the handler \`decide\``;
  return ballotOf(parsed.data, "awakeable");
}

/**
 * What a judgement on a bare awakeable comes to: settled, or the awakeable is spent and the
 * reason recorded. What closed the approval meanwhile is kept.
 */
export function spend(
  awakeableId: string,
  judgement: Judgement | string,
  at: number,
): readonly Fact[] {
  const mismatch = (reason: string): Fact => ({
    notice: { type: "mismatch", at, reason, awakeableId },
  });
  if (typeof judgement === "string") return [mismatch(judgement)];
  const { facts, answer } = judgement;
  const lasting = facts.filter(
    ({ notice }) => notice.type === "decided" || notice.type === "stale",
  );
  if (lasting.length > 0) return lasting;
  return [mismatch("code" in answer ? answer.message : "it settles nothing")];
}

/** Whether this awakeable is the one by which a decision may come. */
export function isCurrent({ state, awakeable }: ApprovalHead, awakeableId: string): boolean {
  return state === "open" && awakeable.state === "open" && awakeable.id === awakeableId;
}
