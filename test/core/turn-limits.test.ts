// Owns when a turn stops for going on too long: a call made over and over, steps, and time.
import { describe, expect, it } from "vitest";
import type { AgentLimits } from "../../contract/agent.ts";
import { decide } from "../../core/decide.ts";
import type { CoreTask } from "./core-task.ts";
import {
  agentWith,
  answered,
  asksFor,
  call,
  operationAt,
  returnsError,
  returnsOk,
  says,
  startedTask,
  trouble,
} from "./core-task.ts";

function next(task: CoreTask) {
  return decide(task.head, task.agent, { steps: 0, bytes: 0 });
}

/** Records what is to be recorded next. Throws when something else is to be done. */
function recordNext(task: CoreTask): void {
  const decision = next(task);
  if (decision.do !== "record") throw new Error(`there is nothing to record but ${decision.do}`);
  task.record(decision.events);
}

function failure(task: CoreTask) {
  const data = task.all("turn.failed").at(-1)?.data;
  return data === undefined ? undefined : { code: data.code, message: data.message };
}

/** Asks for the same call, and has it return, until the turn stops; at most `times`. */
function again(task: CoreTask, times: number, result = returnsOk("same")): void {
  for (let n = 0; n < times && task.head.turn.open; n += 1) {
    task.hear(asksFor(call(`call-${n}`, "look", 1)));
    for (const each of task.head.operations) task.takeIn(each, result);
  }
}

function change(task: CoreTask, name: string, result = returnsOk("done")): void {
  task.hear(asksFor(call("change", name, 7)));
  for (const each of task.head.operations) task.takeIn(each, result);
}

describe("a call that is made over and over", () => {
  const LOOP = {
    code: "loop_detected",
    message: "look was called 5 times with the same arguments and no change in between",
  };

  it("stops the turn at the fifth, which is not executed", () => {
    const task = startedTask();
    again(task, 4);
    expect(failure(task)).toBeUndefined();
    again(task, 1);
    expect(failure(task)).toEqual(LOOP);
    expect(task.all("tool.returned")).toHaveLength(4);
    expect(task.head.operations).toEqual([]);
  });

  it("stops as well when it fails each time, and within one answer", () => {
    const failing = startedTask();
    again(failing, 9, returnsError("not_found"));
    expect(failure(failing)).toEqual(LOOP);
    const atOnce = startedTask();
    atOnce.hear(asksFor(...[1, 2, 3, 4, 5].map((n) => call(`call-${n}`, "look", 1))));
    expect(failure(atOnce)).toEqual(LOOP);
  });

  it("goes on after another result", () => {
    const task = startedTask();
    again(task, 3);
    again(task, 4, returnsOk("another"));
    expect(failure(task)).toBeUndefined();
    again(task, 1, returnsOk("another"));
    expect(failure(task)).toEqual(LOOP);
  });

  it("goes on after a call that may have changed the world", () => {
    const task = startedTask();
    again(task, 4);
    change(task, "write");
    again(task, 4);
    expect(failure(task)).toBeUndefined();
    again(task, 1);
    expect(failure(task)).toEqual(LOOP);
  });

  it("does not go on after a read, nor after a change that failed", () => {
    for (const [name, result] of [
      ["look", returnsOk("done")],
      ["write", returnsError("refused")],
    ] as const) {
      const task = startedTask();
      again(task, 4);
      change(task, name, result);
      again(task, 1);
      expect(failure(task)).toEqual(LOOP);
    }
  });

  it("goes on after a message", () => {
    const task = startedTask();
    again(task, 4);
    task.say("Try once more.");
    again(task, 4);
    expect(failure(task)).toBeUndefined();
  });

  it("is seen also when it is the change itself that is repeated", () => {
    const task = startedTask();
    for (let n = 0; n < 5; n += 1) change(task, "write");
    expect(failure(task)?.code).toBe("loop_detected");
    expect(task.all("tool.returned")).toHaveLength(4);
  });

  it("goes on after a change that was made along with very many other calls", () => {
    const task = startedTask();
    again(task, 4);
    const many = Array.from({ length: 40 }, (_, n) => call(`many-${n}`, "look", 100 + n));
    const before = task.head.turn.repeats;
    task.hear(asksFor(call("change", "write", 7), ...many));
    expect(before).not.toEqual([]);
    task.takeIn(operationAt(task, 0), returnsOk("done"));
    expect(task.head.turn.repeats).toEqual([]);
  });

  it("counts no call of an answer that was cut", () => {
    const task = startedTask();
    const cut = answered({ calls: [call("a", "look", 1)], finish: "length" });
    task.hear(cut);
    again(task, 1);
    task.hear(cut);
    again(task, 3);
    expect(failure(task)).toBeUndefined();
    again(task, 1);
    expect(failure(task)).toEqual(LOOP);
  });
});

function limited(limits: Partial<AgentLimits>): CoreTask {
  return startedTask(agentWith(limits));
}

describe("the limits of a turn", () => {
  it("end it before the model call beyond the last step", () => {
    const task = limited({ maxSteps: 2 });
    again(task, 2);
    recordNext(task);
    expect(failure(task)).toEqual({
      code: "step_limit",
      message: "the turn reached its limit of 2 steps",
    });
    expect(next(task)).toEqual({ do: "end" });
  });

  it("let the answer of the last step stand", () => {
    const task = limited({ maxSteps: 2 });
    again(task, 1);
    task.hear(says("Done."));
    expect(failure(task)).toBeUndefined();
    expect(task.head.status).toBe("idle");
  });

  it("end it when model and tool calls have taken the time, once all have returned", () => {
    const task = limited({ maxTurnMs: 100 });
    task.hear(answered({ calls: [call("a", "look", 1)] }, 60));
    expect(next(task)).toMatchObject({ do: "call-tools" });
    task.takeIn(operationAt(task, 0), { ...returnsOk("found"), durationMs: 39 });
    expect(next(task)).toMatchObject({ do: "call-model" });
    task.hear(answered({ calls: [call("a", "look", 2)] }, 1));
    expect(next(task)).toMatchObject({ do: "call-tools" });
    task.takeIn(operationAt(task, 0), returnsOk("found"));
    recordNext(task);
    expect(failure(task)).toEqual({
      code: "time_limit",
      message: "the turn reached its limit of 100 ms",
    });
  });

  it("begin anew with the next turn", () => {
    const task = limited({ maxSteps: 1, maxTurnMs: 100 });
    task.hear(answered({ calls: [call("a", "look", 1)] }, 500));
    task.takeIn(operationAt(task, 0), returnsOk("found"));
    recordNext(task);
    task.say("Go on.");
    expect(next(task)).toEqual({ do: "call-model", room: 1 });
  });

  it("are not used up by a provider that does not answer", () => {
    const task = limited({ maxTurnMs: 100, maxSteps: 1 });
    for (let n = 0; n < 9; n += 1) task.hear(trouble("wait", 50));
    expect(next(task)).toEqual({ do: "call-model", room: 1 });
  });
});
