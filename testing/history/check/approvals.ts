// Owns the check that an approval is decided once and used once (R96, F14): one winner, whom every
// client's answer agrees with, and one execution at most.
import type { TaskEvent } from "../../../contract/event.ts";
import type { HistoryTask, OperationOf } from "../history.ts";
import type { Violation } from "../violation.ts";
import { tellEffect, tellEntry, tellOperation, violation } from "../violation.ts";
import type { Indexed } from "./index-history.ts";
import { eventsOf } from "./index-history.ts";

const LAW = "approval-once";

export function checkApprovals(history: Indexed): readonly Violation[] {
  return history.sound.flatMap((task) => [
    ...decidedTwice(task),
    ...twoWinners(history, task),
    ...usedTwice(history, task),
  ]);
}

function decidedTwice(task: HistoryTask): readonly Violation[] {
  const decided = eventsOf(task, "approval.decided");
  const asked = new Set(eventsOf(task, "approval.requested").map(({ data }) => data.approvalId));
  const wrong = (problem: string, by: readonly TaskEvent[]) =>
    violation(LAW, problem, by.map(tellEntry), task);
  return [
    ...[...Map.groupBy(decided, ({ data }) => data.approvalId).values()]
      .filter((each) => each.length > 1)
      .map((each) => wrong("an approval was decided twice", each)),
    ...decided
      .filter(({ data }) => !asked.has(data.approvalId))
      .map((each) => wrong("what nobody was asked was decided", [each])),
  ];
}

/** Where one decision is enough: each that was accepted is the one that the log has. */
function twoWinners(history: Indexed, task: HistoryTask): readonly Violation[] {
  const decided = new Map(
    eventsOf(task, "approval.decided").map((event) => [event.data.approvalId, event]),
  );
  const alone = new Set(
    eventsOf(task, "approval.requested")
      .filter(({ data }) => data.rule.quorum === 1)
      .map(({ data }) => data.approvalId),
  );
  const settled = history.operationsOf(task).filter(
    (each): each is OperationOf<"decide"> =>
      each.kind === "decide" &&
      each.answer !== undefined &&
      // Whoever resolves an awakeable is told nothing.
      each.said.via === "decide" &&
      each.said.decision !== "ask" &&
      alone.has(each.said.approvalId),
  );
  return settled.flatMap((operation) => {
    const { said } = operation;
    const entry = decided.get(said.approvalId);
    const isYes = said.decision !== "reject";
    if (entry === undefined || isYes === (entry.data.decision === "approve")) return [];
    const by = [tellOperation(operation), tellEntry(entry)];
    return [violation(LAW, "two decisions on one approval were accepted", by, task)];
  });
}

function usedTwice(history: Indexed, task: HistoryTask): readonly Violation[] {
  const approvals = new Map(
    eventsOf(task, "approval.requested").map(({ data }) => [data.operationId, data.approvalId]),
  );
  for (const { data } of eventsOf(task, "call.repeated")) {
    const under = data.approvedAs === undefined ? undefined : approvals.get(data.approvedAs);
    if (under !== undefined) approvals.set(data.operationId, under);
  }
  const used = history.effects.flatMap((effect) => {
    const call = history.callOf(effect.key);
    if (!effect.done || call === undefined || call.undo || call.task !== task) return [];
    const approval = approvals.get(call.operationId);
    return approval === undefined ? [] : [{ approval, effect }];
  });
  return [...Map.groupBy(used, ({ approval }) => approval).values()]
    .filter((each) => each.length > 1)
    .map((each) =>
      violation(
        LAW,
        "one approval was used twice",
        each.map(({ effect }) => tellEffect(effect)),
        task,
      ),
    );
}
