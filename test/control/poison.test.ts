// Owns when a lost segment is put down to a message, and what then becomes of the message, its turn
// and its task (F23): by the core alone. On a server: test/recovery/poison.test.ts.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assembleContext } from "../../core/context.ts";
import { MAX_QUARANTINED } from "../../core/control/poison.ts";
import { isSegmentDue } from "../../core/segment-due.ts";
import { statusView } from "../../core/status-view.ts";
import { onRecover } from "../../core/transition/control.ts";
import {
  onDropMessage,
  onRetryMessage,
  quarantinedProblem,
} from "../../core/transition/quarantined-message.ts";
import { retryProblem } from "../../core/transition/retry.ts";
import type { CoreTask } from "../core/core-task.ts";
import { asksFor, call, operationAt, returnsOk, says, startedTask } from "../core/core-task.ts";

/** A segment is begun and lost, as the shell marks it. */
function lose(task: CoreTask, tries: { readonly attempts?: number; readonly park?: boolean } = {}) {
  const { park = false, ...rest } = tries;
  const { segment } = task.head;
  task.head = { ...task.head, segment: { ...segment, number: segment.number + 1, open: true } };
  task.record(onRecover(task.head, "it fails", park, rest));
  task.head = { ...task.head, segment: { ...task.head.segment, open: false } };
}

const loseTimes = (task: CoreTask, times: number): void => {
  for (let n = 0; n < times; n += 1) lose(task);
};
const said = (task: CoreTask) =>
  assembleContext(task.log).flatMap((each) => (each.role === "user" ? [each.parts] : []));
const idOf = (task: CoreTask, index: number) =>
  task.all("message.received")[index]?.data.messageId ?? "none";
const SAID = { reason: "it is mended", by: "olga" };

describe("a message that no segment gets past", () => {
  it("F23 is quarantined at the fifth lost segment: its turn fails, and the task takes the next", () => {
    const task = startedTask();
    loseTimes(task, 4);
    expect(task.all("message.quarantined")).toEqual([]);
    expect(task.head.status).not.toBe("needs-operator");
    lose(task);
    expect(task.all("message.quarantined").map(({ data }) => data)).toMatchObject([
      { messageId: idOf(task, 0), attempts: 5, reason: "it fails" },
    ]);
    expect(task.all("turn.failed")).toMatchObject([{ data: { code: "message_quarantined" } }]);
    expect(task.head.status).toBe("failed");
    expect(said(task)).toEqual([]);
    // Nothing is left of the turn that could be tried again.
    expect(retryProblem(task.head, task.agent, {})).toMatchObject({ code: "nothing_to_retry" });
    task.say("Another.");
    expect(isSegmentDue(task.head)).toBe(true);
    task.hear(says("Ok."));
    expect(task.head).toMatchObject({ status: "idle", turn: { number: 2 } });
    expect(statusView(task.head, [], undefined).quarantined).toMatchObject({ count: 1 });
  });

  it("F23 that came later leaves the context, and the turn goes on without it", () => {
    const task = startedTask();
    task.hear(asksFor(call("c-1", "look", 1)));
    task.say("And this.");
    task.takeIn(operationAt(task, 0), returnsOk("7"));
    loseTimes(task, 5);
    expect(task.all("message.quarantined")).toMatchObject([{ data: { messageId: idOf(task, 1) } }]);
    expect(task.all("turn.failed")).toEqual([]);
    expect(said(task)).toHaveLength(1);
    expect(isSegmentDue(task.head)).toBe(true);
    task.hear(says("Done."));
    expect(task.head.status).toBe("idle");
  });

  it("F23 is the first that the model has not answered, then the last that came before the trouble; one that came later is not", () => {
    const task = startedTask();
    task.say("Before.");
    lose(task);
    task.say("After.");
    loseTimes(task, 4);
    const put = () => task.all("message.quarantined").map(({ data }) => data.messageId);
    expect(put()).toEqual([idOf(task, 0)]);
    loseTimes(task, 5);
    expect(put()).toEqual([idOf(task, 0), idOf(task, 1)]);
    expect(task.all("turn.failed")).toEqual([]);
    // Neither of both: it is somebody's to look at.
    loseTimes(task, 3);
    expect(task.head.status).toBe("needs-operator");
    expect(said(task)).toEqual([task.all("message.received")[2]?.data.parts]);
  });

  it("F23 L5 a segment that the engine gave up on counts with all of its tries; other code does not", () => {
    const failed = startedTask();
    lose(failed, { attempts: 96, park: true });
    expect(failed.all("message.quarantined")).toMatchObject([{ data: { attempts: 96 } }]);
    const mismatched = startedTask();
    lose(mismatched, { park: true });
    expect(mismatched.all("message.quarantined")).toEqual([]);
    expect(mismatched.head.status).toBe("needs-operator");
    // A command that came between the kill and the report has recorded the loss.
    const told = startedTask();
    lose(told);
    told.record(onRecover(told.head, "it fails", true, { attempts: 96 }));
    expect(told.all("message.quarantined")).toMatchObject([{ data: { attempts: 96 } }]);
  });

  it("F23 is none where the model has answered, a call is open, a person holds the task, or it ends", () => {
    const answers = startedTask();
    answers.hear(asksFor(call("c-1", "look", 1)));
    loseTimes(answers, 5);
    const held = startedTask();
    held.record([{ type: "task.paused", data: { from: held.head.status, when: "now" } }]);
    loseTimes(held, 5);
    const ending = startedTask();
    ending.record([{ type: "cancel.requested", data: { from: ending.head.status } }]);
    loseTimes(ending, 5);
    for (const task of [answers, held, ending]) expect(task.all("message.quarantined")).toEqual([]);
    expect(answers.head.status).toBe("needs-operator");
  });

  it("F23 is one of 16 that a task has at most; then an operator is asked", () => {
    const task = startedTask();
    for (let n = 0; n < MAX_QUARANTINED; n += 1) {
      lose(task, { attempts: 96, park: true });
      task.say(`Number ${n}.`);
    }
    expect(task.head.quarantined).toHaveLength(MAX_QUARANTINED);
    lose(task, { attempts: 96, park: true });
    expect(task.head.status).toBe("needs-operator");
    expect(task.head.quarantined).toHaveLength(MAX_QUARANTINED);
  });
});

describe("a quarantined message", () => {
  const quarantined = () => {
    const task = startedTask();
    lose(task, { attempts: 96, park: true });
    return { task, messageId: idOf(task, 0) };
  };

  it("F23 R73 is taken in once more by retry, as a turn of its own, with who and why", () => {
    const { task, messageId } = quarantined();
    const [received] = task.all("message.received");
    task.record(onRetryMessage(task.head, { messageId, ...SAID }, received));
    expect(task.all("message.retried")).toMatchObject([
      { actor: { kind: "operator", id: "olga" }, reason: SAID.reason, data: { messageId } },
    ]);
    expect(task.all("message.received")[1]?.data).toMatchObject({
      messageId,
      turn: 2,
      parts: received?.data.parts,
    });
    expect(task.head.quarantined).toBeUndefined();
    expect(said(task)).toEqual([received?.data.parts]);
    task.hear(says("At last."));
    expect(task.head.status).toBe("idle");
    expect(quarantinedProblem(task.head, messageId)).toMatchObject({
      code: "message_not_quarantined",
    });
  });

  it("F23 is kept until an open turn has ended", () => {
    const { task, messageId } = quarantined();
    task.say("Meanwhile.");
    const [received] = task.all("message.received");
    task.record(onRetryMessage(task.head, { messageId, ...SAID }, received));
    expect(task.all("message.queued")).toMatchObject([{ data: { n: 0, messageId } }]);
  });

  it("F23 R73 is dropped for ever, with who and why", () => {
    const { task, messageId } = quarantined();
    task.record(onDropMessage(task.head, { messageId, ...SAID }));
    expect(task.all("message.dropped")).toMatchObject([
      { actor: { id: "olga" }, reason: SAID.reason, data: { messageId } },
    ]);
    expect(task.head.quarantined).toBeUndefined();
    expect(onDropMessage(task.head, { messageId, ...SAID })).toEqual([]);
    expect(said(task)).toEqual([]);
    expect(retryProblem(task.head, task.agent, {})).toMatchObject({ code: "nothing_to_retry" });
  });

  it("F23 is never in the context, whatever is said and lost around it", () => {
    const act = fc.oneof(
      fc.constant("say" as const),
      fc.constant("lose" as const),
      fc.constant("fail" as const),
      fc.constant("answer" as const),
    );
    fc.assert(
      fc.property(fc.array(act, { maxLength: 40 }), (acts) => {
        const task = startedTask();
        for (const each of acts) {
          if (each === "say") task.say(`Message at ${task.head.nextSeq}.`);
          if (each === "lose") lose(task);
          if (each === "fail") lose(task, { attempts: 96, park: true });
          if (each === "answer" && task.head.turn.open) task.hear(says("Ok."));
        }
        const out = new Set(task.all("message.quarantined").map(({ data }) => data.seq));
        const kept = task.all("message.received").filter(({ seq }) => !out.has(seq));
        expect(said(task)).toEqual(kept.map(({ data }) => data.parts));
        expect(task.head.quarantined?.length ?? 0).toBe(out.size);
        // As many as the model has not answered since they came.
        const { unread = 0 } = task.head.turn;
        expect(unread).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
