// Owns what must hold of a task that people control, whatever they and everybody else do to it, in
// whatever order (L7, R72).
import { expect, it } from "vitest";
import { hasEnded } from "../../contract/status.ts";
import type { Decision } from "../../core/decide.ts";
import { decide } from "../../core/decide.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { reduce } from "../../core/reduce.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { newHead } from "../../core/transition/message.ts";
import { verbOf } from "../../core/tool-verb.ts";
import type { CoreTask } from "../core/core-task.ts";
import { NEW_TASK } from "../core/core-task.ts";
import type { Problem, Watch } from "../core/find-story.ts";
import { findStory } from "../core/find-story.ts";
import { controlInputs } from "./control-inputs.ts";

const story = (watch: Watch): string | undefined => findStory(watch, controlInputs);

it("R72 begins nothing while it is held: no model is asked, no call is issued, nothing is undone", () => {
  const decision = (head: TaskHead, made: Decision): Problem => {
    if (head.hold === undefined || head.cancelling) return undefined;
    if (made.do !== "call-tools") return made.do !== "end" && made.do !== "record" && made.do;
    return made.operations.some(({ state }) => state !== "issued") && "a call would begin";
  };
  expect(story({ decision })).toBeUndefined();
});

it("R66 R72 shows a hold as its status, and only then", () => {
  const rest = ({ hold, status }: TaskHead): Problem => {
    if (hold === undefined) return status === "quarantined" && "quarantined without a hold";
    return status !== hold.kind && `${status} while it is ${hold.kind}`;
  };
  expect(story({ rest })).toBeUndefined();
});

it("R72 stays ended, has nothing open then, and says what it left", () => {
  const end = ({ head, log, agent }: CoreTask): Problem => {
    let before = newHead(NEW_TASK);
    for (const event of log) {
      const after = reduce(before, event);
      if (hasEnded(before.status) && event.type !== "message.refused") return event.type;
      before = after;
    }
    if (!hasEnded(head.status)) return undefined;
    if (decide(head, agent, { steps: 0, bytes: 0 }).do !== "end") return "it would go on";
    if (head.operations.length > 0 || head.park.wakeAt !== undefined) return "something is open";
    return head.status !== "completed" && head.settlement === undefined && "no report";
  };
  expect(story({ end })).toBeUndefined();
});

it("R72 F18 never states a result of a call that may be having its effect", () => {
  const end = ({ log }: CoreTask): Problem => {
    let head = newHead(NEW_TASK);
    for (const event of log) {
      if (event.type === "operation.overridden") {
        const { operationId, from } = event.data;
        const operation = head.operations.find((each) => each.operationId === operationId);
        if (operation === undefined) return "it was not open";
        if (from === "issued" && !EFFECT_POLICY[operation.effect].repeatable) return operation.tool;
      }
      head = reduce(head, event);
    }
    return undefined;
  };
  expect(story({ end })).toBeUndefined();
});

it("R72 L7 never makes a call again that a message interrupted, and asks no model before all is settled", () => {
  const decision = (head: TaskHead, made: Decision): Problem => {
    if (head.turn.interrupted !== true || head.cancelling || head.hold !== undefined)
      return undefined;
    if (made.do === "call-model") return head.operations.length > 0 && "a call has no outcome";
    if (made.do !== "call-tools") return undefined;
    const again = made.operations.filter((each) => verbOf(each) !== "reconcile");
    return again.length > 0 && again.map(({ tool, state }) => `${tool} ${state}`).join();
  };
  expect(story({ decision })).toBeUndefined();
});

it("F29 takes kept messages in as they came, each as a turn of its own", () => {
  const end = ({ head, log }: CoreTask): Problem => {
    const kept = log.flatMap((each) => (each.type === "message.queued" ? [each.data] : []));
    const taken = log.flatMap((each) =>
      each.type === "message.received" && each.data.mode === "queue" ? [each.data] : [],
    );
    const order = kept.slice(0, taken.length).map(({ messageId }) => messageId);
    if (taken.some(({ messageId }, index) => messageId !== order[index])) return "another order";
    if (new Set(taken.map(({ turn }) => turn)).size < taken.length) return "one turn for two";
    const left = head.queue === undefined ? 0 : head.queue.next - head.queue.first;
    return !hasEnded(head.status) && left !== kept.length - taken.length && "one was lost";
  };
  expect(story({ end })).toBeUndefined();
});

it("R72 goes on after a hold: a task that is resumed has a segment on its way, or rests", () => {
  const rest = (head: TaskHead, { log }: CoreTask): Problem => {
    if (log.at(-1)?.type !== "task.resumed") return undefined;
    const works = head.turn.open || head.compensation !== undefined;
    return works && !head.segment.queued && "nothing moves it";
  };
  expect(story({ rest })).toBeUndefined();
});
