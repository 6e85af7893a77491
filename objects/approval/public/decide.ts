// Owns `decide`: a decision comes in, an edit is checked with the tool while nobody's lock is
// held, and the answer of `judge` goes back as it is.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { ApprovalPorts, DecideInput, DecideResult } from "../../../contract/approval-api.ts";
import { APPROVAL_SERVICE, APPROVAL_VERSION } from "../../../contract/approval.ts";
import { advance } from "../../../core/approval/advance.ts";
import type { ApprovalHead } from "../../../core/approval/approval-head.ts";
import type { Ballot } from "../../../core/approval/ballot.ts";
import { ballotOf } from "../../../core/approval/ballot.ts";
import { fold } from "../../../core/approval/fold.ts";
import { judgeEarly } from "../../../core/approval/judge.ts";
import { readPackage, viewHead } from "../approval-state.ts";
import { jsonOf } from "../../../handler/json-serde.ts";
import type { JudgeAnswer, JudgeInput } from "../judge.ts";
import { problem } from "../../../handler/problem.ts";
import { notFound } from "../problem.ts";
import { checkEdit } from "../propose.ts";

/** Fails with what `judge` says; the codes are in docs/errors.md. */
export async function decide(
  ctx: ObjectSharedContext,
  ports: ApprovalPorts,
  input: DecideInput,
): Promise<DecideResult> {
  const head = await viewHead(ctx);
  if (head === undefined) throw notFound();
  const answer = await callJudge(ctx, await checkedBallot(ctx, ports, head, input));
  if (!("code" in answer)) return answer;
  throw problem(answer.code, answer.message, answer.details);
}

async function checkedBallot(
  ctx: ObjectSharedContext,
  ports: ApprovalPorts,
  head: ApprovalHead,
  input: DecideInput,
): Promise<Ballot> {
  const ballot = ballotOf(input, "decide");
  if (input.decision !== "edit") return ballot;
  // The tool is asked for those only whose edit would count.
  const now = await ctx.date.now();
  const due = advance(head, now).reduce((each, notice) => fold(each, { notice }), head);
  if (judgeEarly(due, ballot, now) !== undefined) return ballot;
  return {
    ...ballot,
    checked: await checkEdit(ctx, ports, await readPackage(ctx), input.arguments),
  };
}

function callJudge(ctx: ObjectSharedContext, ballot: Ballot): Promise<JudgeAnswer> {
  return ctx.genericCall<JudgeInput, JudgeAnswer>({
    service: APPROVAL_SERVICE,
    key: ctx.key,
    method: "judge",
    parameter: { v: APPROVAL_VERSION, ballot },
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
}
