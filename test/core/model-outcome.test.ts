// Owns what becomes of an answer of the model that is wrong, or of one too many: what is refused,
// what is tried again, and when a turn stops.
import { describe, expect, it } from "vitest";
import { decide } from "../../core/decide.ts";
import type { ModelOutcome } from "../../contract/model.ts";
import type { CoreTask } from "./core-task.ts";
import {
  answered,
  asksFor,
  badCall,
  call,
  operationAt,
  returnsOk,
  says,
  startedTask,
  trouble,
} from "./core-task.ts";

function next(task: CoreTask) {
  return decide(task.head, task.agent, { steps: 0, bytes: 0 });
}

function failure(task: CoreTask) {
  const data = task.all("turn.failed").at(-1)?.data;
  return data === undefined ? undefined : { code: data.code, message: data.message };
}

function rejections(task: CoreTask) {
  return task.all("answer.rejected").map(({ data }) => [data.reason, data.inARow]);
}

const CUT = answered({ text: { text: "So the" }, finish: "length" });
const BAD = asksFor(badCall("a", "look", "invalid_arguments"));

describe("calls that are wrong", () => {
  it("F3 are refused without an operation, while the good ones beside them are made", () => {
    const task = startedTask();
    task.hear(asksFor(badCall("a", "look", "invalid_arguments"), call("b", "look", 1)));
    const refused = task.all("call.refused").map(({ data }) => [data.ordinal, data.code]);
    expect(refused).toEqual([[0, "invalid_arguments"]]);
    expect(task.head.operations.map((each) => each.callId)).toEqual(["b"]);
    expect(rejections(task)).toEqual([]);
    expect(next(task)).toMatchObject({ do: "call-tools" });
  });

  it("F4 of an unknown tool are recorded as refused, also in the answer that ends the turn", () => {
    const task = startedTask();
    const mixed = asksFor(badCall("a", "fly", "unknown_tool"), call("b", "look", 1));
    for (let n = 0; n < 5; n += 1) {
      task.hear(mixed);
      for (const each of task.head.operations) task.takeIn(each, returnsOk("same"));
    }
    expect(failure(task)?.code).toBe("loop_detected");
    expect(task.all("call.refused").map(({ data }) => data.code)).toEqual(
      Array.from({ length: 5 }, () => "unknown_tool"),
    );
  });

  it("F5 under an id that was used: the same call shares one operation, another is refused", () => {
    const task = startedTask();
    const twice = [call("x", "pay", 1), call("x~2", "pay", 1)];
    task.hear(asksFor(...twice, badCall("x~3", "pay", "duplicate_call_id")));
    expect(task.head.operations.map((each) => each.ordinal)).toEqual([0]);
    expect(task.all("approval.requested")).toHaveLength(1);
    expect(task.all("call.refused").map(({ data }) => [data.ordinal, data.code])).toEqual([
      [2, "duplicate_call_id"],
    ]);
  });

  it("F5 may have the ids of an earlier answer", () => {
    const task = startedTask();
    for (const n of [1, 2]) {
      task.hear(asksFor(call("x", "look", n)));
      task.takeIn(operationAt(task, 0), returnsOk("found"));
    }
    const ids = task.all("tool.returned").map(({ data }) => data.operationId);
    expect(ids).toEqual(["uid-1/1/0/1", "uid-1/2/0/1"]);
  });
});

describe("answers that are of no use", () => {
  const USELESS: Readonly<Record<string, ModelOutcome>> = {
    empty: says(" \n"),
    refusal: answered({ refusal: "No." }),
    content_filter: answered({ text: { text: "So" }, finish: "content-filter" }),
    unusable_calls: BAD,
    invalid_output: answered({ text: { text: "{}" }, output: { ok: false, message: "no" } }),
  };

  it.each(Object.keys(USELESS))("F3 end the turn at the third in a row: %s", (reason) => {
    const task = startedTask();
    const outcome = USELESS[reason] ?? BAD;
    for (const inARow of [1, 2]) {
      task.hear(outcome);
      expect(rejections(task).at(-1)).toEqual([reason, inARow]);
      expect(next(task)).toEqual({ do: "call-model", room: 1 });
    }
    task.hear(outcome);
    const message = `3 unusable answers in a row, the last one: ${reason}`;
    expect(failure(task)).toEqual({ code: "unusable_answers", message });
    expect(task.head).toMatchObject({ status: "failed", turn: { open: false }, operations: [] });
    expect(next(task)).toEqual({ do: "end" });
  });

  it("F3 F4 F9 count together, and anew after one that was of use", () => {
    const task = startedTask();
    task.hear(asksFor(badCall("a", "fly", "unknown_tool")));
    task.hear(CUT);
    task.hear(asksFor(call("a", "look", 1), badCall("b", "look", "invalid_json")));
    task.takeIn(operationAt(task, 0), returnsOk("found"));
    task.hear(says(""));
    task.hear(BAD);
    expect(failure(task)).toBeUndefined();
    task.hear(BAD);
    expect(rejections(task)).toEqual([
      ["unusable_calls", 1],
      ["truncated", 2],
      ["empty", 1],
      ["unusable_calls", 2],
      ["unusable_calls", 3],
    ]);
    expect(failure(task)?.code).toBe("unusable_answers");
  });

  it("F9 that were cut are asked for once more with more room, calls and all", () => {
    const task = startedTask();
    task.hear(answered({ calls: [call("a", "pay", 1)], finish: "length" }));
    expect(task.head.operations).toEqual([]);
    expect(task.all("approval.requested")).toEqual([]);
    expect(next(task)).toEqual({ do: "call-model", room: 2 });
    task.hear(CUT);
    expect(failure(task)).toEqual({
      code: "output_truncated",
      message: "the answer was cut again with twice the room",
    });
  });

  it("F9 give the room back after an answer that fits", () => {
    const task = startedTask();
    task.hear(CUT);
    task.hear(asksFor(call("a", "look", 1)));
    task.takeIn(operationAt(task, 0), returnsOk("found"));
    expect(next(task)).toEqual({ do: "call-model", room: 1 });
    task.hear(CUT);
    expect(next(task)).toEqual({ do: "call-model", room: 2 });
    expect(failure(task)).toBeUndefined();
  });
});

describe("a provider that refuses for good", () => {
  it("ends the turn with its code, and the task takes the next message", () => {
    const task = startedTask();
    task.hear(trouble("terminal"));
    expect(failure(task)?.code).toBe("invalid_request");
    task.say("Shorter, then.");
    expect(task.head).toMatchObject({ status: "queued", turn: { number: 2, open: true } });
  });
});
