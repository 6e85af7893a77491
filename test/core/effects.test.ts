// Owns what must hold of effects whatever happens to a task, in whatever order (L7, R13, R46, R95,
// R96): nothing is done again of which it is not known that it did not happen, an approval allows
// one execution, and what is undone is undone once, the last thing first.
import { expect, it } from "vitest";
import type { EventData, TaskEvent } from "../../contract/event.ts";
import type { Decision } from "../../core/decide.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import { verbOf } from "../../core/tool-verb.ts";
import type { CoreTask, EventOf } from "./core-task.ts";
import { effectInputs } from "./effect-inputs.ts";
import type { Problem } from "./find-story.ts";
import { findStory } from "./find-story.ts";

/** What goes wrong only when several things meet takes many stories. */
const RUNS = 1_500;
const CAN_BE_ASKED = new Set(["wire", "sign"]);

function executed(decision: Decision): readonly OpenOperation[] {
  if (decision.do !== "call-tools") return [];
  return decision.operations.filter((each) => verbOf(each) === "execute");
}

/** What the log has of a call, all its attempts included. */
function storyOf({ log }: CoreTask, { step, ordinal }: OpenOperation): readonly TaskEvent[] {
  return log.filter(
    ({ data }) =>
      "step" in data && data.step === step && "ordinal" in data && data.ordinal === ordinal,
  );
}

type Unknown = EventOf<"tool.returned"> & { data: { outcome: "unknown" } };
const isUnknown = (event: TaskEvent): event is Unknown =>
  event.type === "tool.returned" && event.data.outcome === "unknown";

/** Whether somebody who could know said, late enough, that this doubt is over: nothing happened. */
function saidNotApplied(after: readonly TaskEvent[], doubt: Unknown["data"]): boolean {
  const from = doubt.notBefore ?? 0;
  const answers = after.flatMap((event) =>
    event.type === "effect.reconciled" && event.data.operationId === doubt.operationId
      ? [event.data]
      : [],
  );
  const late = answers.filter((each) => each.startedAt >= from);
  if (late.some((each) => each.outcome === "applied")) return false;
  if (late.some((each) => each.outcome === "not-applied")) return true;
  const stated = after.some(
    (event) =>
      event.type === "effect.stated" &&
      event.data.operationId === doubt.operationId &&
      event.data.outcome === "not-applied",
  );
  // A person's word counts once the tool, where it can be asked, has been asked again.
  return stated && (!CAN_BE_ASKED.has(doubt.tool) || late.length > 0);
}

it("R13 R17 R95 F1 executes an unknown effect again only when it was said, late enough, that it did not happen", () => {
  const decision = (head: TaskHead, made: Decision, task: CoreTask): Problem => {
    for (const operation of executed(made)) {
      if (EFFECT_POLICY[operation.effect].repeatable) continue;
      const story = storyOf(task, operation);
      for (const [index, doubt] of story.entries()) {
        if (!isUnknown(doubt)) continue;
        if (doubt.data.operationId === operation.operationId) return "the same attempt again";
        if (!saidNotApplied(story.slice(index), doubt.data)) return "nobody said it did not happen";
        if (head.updatedAt < (doubt.data.notBefore ?? 0)) return "the first may still act";
      }
      const applied = story.some(
        (each) => each.type === "tool.returned" && each.data.outcome === "ok",
      );
      if (applied) return "it was applied";
    }
    return undefined;
  };
  expect(findStory({ decision }, effectInputs, RUNS)).toBeUndefined();
});

/** What a person said of a call, in the order in which it was asked. */
function approvalsOf(story: readonly TaskEvent[], task: CoreTask) {
  const asked = story.filter((each) => each.type === "approval.requested");
  const decided = task.all("approval.decided").filter(({ data }) => data.decision === "approve");
  return asked.filter(({ data }) =>
    decided.some((each) => each.data.approvalId === data.approvalId),
  );
}

/** Attempts of which something may have happened. */
function mayHaveHappened(story: readonly TaskEvent[]): number {
  const outcomes = new Map<string, EventData["tool.returned"]["outcome"] | "nothing">();
  for (const event of story) {
    if (event.type === "tool.returned") outcomes.set(event.data.operationId, event.data.outcome);
    if (event.type === "call.blocked") outcomes.set(event.data.operationId, "nothing");
  }
  const settled = story.flatMap((event, index) =>
    isUnknown(event) && saidNotApplied(story.slice(index), event.data)
      ? [event.data.operationId]
      : [],
  );
  return [...outcomes].filter(([id, outcome]) => outcome !== "nothing" && !settled.includes(id))
    .length;
}

const ASKS_FIRST = new Set(["pay", "peek", "sign"]);

it("R33 R96 executes what needs an approval once for each, and only after it", () => {
  const decision = (_: TaskHead, made: Decision, task: CoreTask): Problem => {
    for (const operation of executed(made)) {
      if (!ASKS_FIRST.has(operation.tool)) continue;
      const story = storyOf(task, operation);
      const approvals = approvalsOf(story, task).length;
      if (approvals === 0) return "nobody approved a call";
      // This attempt comes on top of those that returned.
      const isFirst = !story.some(
        (each) => each.type === "tool.returned" && each.data.operationId === operation.operationId,
      );
      if (isFirst && mayHaveHappened(story) >= approvals) return "an approval was used twice";
      if (operation.approval === undefined) return "the approval is not named";
    }
    return undefined;
  };
  expect(findStory({ decision }, effectInputs, RUNS)).toBeUndefined();
});

it("R46 undoes each effect once, the last first, and none that is not known to have happened", () => {
  const end = (task: CoreTask): Problem => {
    const left: string[] = [];
    for (const event of task.log) {
      if (event.type === "tool.returned" && event.data.outcome === "ok")
        if (event.data.compensable !== undefined) left.push(event.data.operationId);
      if (event.type === "effect.compensated" && event.data.operationId !== left.pop())
        return "not the last effect, or one that was undone before";
      if (event.type === "task.rolled-back" && left.length > 0) return "a rollback left an effect";
    }
    const ended = task.all("task.cancelled").at(0);
    const wanted = task.all("cancel.requested").every(({ data }) => data.compensate === true);
    return ended !== undefined && wanted && left.length > 0 && "a cancellation left an effect";
  };
  expect(findStory({ end }, effectInputs, RUNS)).toBeUndefined();
});

it("F17 undoes nothing while a call may be in flight, nor while `reconcile` can still be asked", () => {
  const decision = ({ operations }: TaskHead, made: Decision): Problem => {
    if (made.do !== "compensate") return undefined;
    if (operations.some((each) => each.state === "issued")) return "a call is in flight";
    const unasked = operations.some(
      (each) => CAN_BE_ASKED.has(each.tool) && each.doubt?.askAt !== undefined,
    );
    return unasked && "nobody asked what became of an effect";
  };
  expect(findStory({ decision }, effectInputs, RUNS)).toBeUndefined();
});

it("R46 reports what became of every effect that it undid", () => {
  const end = (task: CoreTask): Problem => {
    const undone = task.all("effect.compensated").length;
    const reports = [
      ...task.all("task.rolled-back").map(({ data }) => data),
      ...task.all("task.cancelled").flatMap(({ data }) => data.compensation ?? []),
    ];
    const told = reports.reduce(
      (sum, each) => sum + each.undone + each.committed + each.unknown,
      0,
    );
    const over = task.head.compensation === undefined;
    const stopped = task.all("cancel.requested").some(({ data }) => data.compensate !== true);
    return over && !stopped && told !== undone && `${told} reported, ${undone} undone`;
  };
  expect(findStory({ end }, effectInputs, RUNS)).toBeUndefined();
});
