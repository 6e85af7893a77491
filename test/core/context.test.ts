// Owns what the model is sent, as the log makes it: no call apart from its result, nothing of an
// answer that was dropped, everything in its place.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StoredText } from "../../contract/artifact.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { ContextMessage } from "../../contract/model.ts";
import { assembleContext, isAboutCalls } from "../../core/context.ts";
import type { CoreTask } from "./core-task.ts";
import {
  agentWith,
  answered,
  asksFor,
  badCall,
  call,
  LOST,
  operationAt,
  returnsError,
  returnsOk,
  returnsUnknown,
  says,
  startedTask,
} from "./core-task.ts";
import { inputs } from "./inputs.ts";
import { decided, opened, tell } from "./notices.ts";
import { closeHandler, feed } from "./reference-shell.ts";

/** The log of any task to which anything has happened, cut anywhere. */
const anyLog: fc.Arbitrary<readonly TaskEvent[]> = fc
  .tuple(inputs, fc.double({ min: 0, max: 1, noNaN: true }))
  .map(([sequence, share]) => {
    const task = startedTask(agentWith({ maxSegmentSteps: 2 }));
    closeHandler(task);
    const watch = { onDecision: () => {}, onRest: () => {} };
    for (const input of sequence) feed(task, input, watch);
    return task.log.slice(0, Math.ceil(task.log.length * share));
  });

function everyLog(check: (log: readonly TaskEvent[], context: readonly ContextMessage[]) => void) {
  const property = fc.property(anyLog, (log) => check(log, assembleContext(log)));
  fc.assert(property, { numRuns: 400 });
}

function of<R extends ContextMessage["role"]>(context: readonly ContextMessage[], role: R) {
  return context.filter(
    (message): message is Extract<ContextMessage, { role: R }> => message.role === role,
  );
}

describe("the context of any log", () => {
  it("has each call's result right behind its answer, in the order of the calls, and no other", () => {
    everyLog((_, context) => {
      let expected = 0;
      for (const [index, message] of context.entries()) {
        if (message.role !== "assistant") continue;
        const ids = message.answer.calls.map((each) => each.callId);
        const behind = context.slice(index + 1, index + 1 + ids.length);
        expect(of(behind, "tool").map((each) => each.callId)).toEqual(ids);
        expected += ids.length;
      }
      expect(of(context, "tool")).toHaveLength(expected);
    });
  });

  it("is equal for equal logs", () => {
    everyLog((log, context) => {
      expect(assembleContext(structuredClone(log))).toEqual(context);
    });
  });

  it("keeps what was said in the order in which it was said", () => {
    everyLog((log, context) => {
      const out = log.flatMap((each) =>
        each.type === "message.quarantined" ? [each.data.seq] : [],
      );
      const said = log.flatMap((each) =>
        each.type === "message.received" && !out.includes(each.seq) ? [each.data.parts] : [],
      );
      expect(of(context, "user").map((each) => each.parts)).toEqual(said);
    });
  });

  it("has every answer but those that were dropped, and a note where there is one", () => {
    everyLog((log, context) => {
      const rejected = log.flatMap((each) => (each.type === "answer.rejected" ? [each.data] : []));
      const dropped = rejected.filter((each) => !each.keepAnswer).map((each) => each.step);
      const kept = log.flatMap((each) =>
        each.type === "model.answered" && !dropped.includes(each.data.step)
          ? [each.data.answer]
          : [],
      );
      expect(of(context, "assistant").map((each) => each.answer)).toEqual(kept);
      const notes = rejected.flatMap(({ note }) => (note === undefined ? [] : [note]));
      const told = of(context, "developer").map((each) => each.text);
      expect(told.filter((text) => !isAboutCalls(text))).toEqual(notes);
    });
  });

  it("only grows at its end while no call is open", () => {
    everyLog((log, context) => {
      const asked = log.flatMap((each) =>
        each.type === "model.answered" ? [each.data.contextTo] : [],
      );
      for (const to of asked) {
        const before = assembleContext(log.slice(0, to + 1));
        expect(context.slice(0, before.length)).toEqual(before);
      }
    });
  });
});

/** What the model reads as results, in order. */
function results(task: CoreTask): string[] {
  return of(assembleContext(task.log), "tool").map(({ result }) => textOf(result));
}

function textOf(stored: StoredText): string {
  return "text" in stored ? stored.text : stored.artifact.sha256;
}

const error = (code: string, message: string) => JSON.stringify({ error: code, message });
const NOT_EXECUTED = error("not_executed", "This call was not executed.");

/** The first call of an answer, proposed and decided. */
function decidedTo(
  decision: "approve" | "reject",
  more: { readonly message?: string } = {},
): CoreTask {
  const task = startedTask();
  task.hear(asksFor(call("a", "pay", 1)));
  tell(task, operationAt(task, 0), opened(operationAt(task, 0), "sign-1"));
  tell(task, operationAt(task, 0), decided(operationAt(task, 0), decision, more));
  return task;
}

describe("what the model reads as a result", () => {
  it("stands at its call, in whatever order the calls returned", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }), (order) => {
        const task = startedTask();
        task.hear(asksFor(...[0, 1, 2, 3, 4].map((n) => call(`call-${n}`, "look", n))));
        for (const n of order) task.takeIn(operationAt(task, n), returnsOk(`result ${n}`));
        expect(results(task)).toEqual([0, 1, 2, 3, 4].map((n) => `result ${n}`));
      }),
    );
  });

  it("is the excerpt where the result is long, and the error's code and message", () => {
    const task = startedTask();
    task.hear(asksFor(call("a", "look", 1), call("b", "look", 2), call("c", "write", 3)));
    task.takeIn(operationAt(task, 0), { ...returnsOk("all of it"), excerpt: "some" } as never);
    task.takeIn(operationAt(task, 1), returnsError("not_found"));
    task.takeIn(operationAt(task, 2), LOST);
    expect(results(task)).toEqual([
      "some",
      error("not_found", "It is not_found."),
      error("outcome_unknown", "It is not known whether this call had an effect."),
    ]);
  });

  it("is that of the attempt that had an outcome", () => {
    const task = startedTask();
    task.hear(asksFor(call("a", "look", 1)));
    task.takeIn(operationAt(task, 0), returnsUnknown());
    expect(operationAt(task, 0)).toMatchObject({ attempt: 2, state: "ready" });
    task.takeIn(operationAt(task, 0), returnsOk("found"));
    expect(results(task)).toEqual(["found"]);
  });

  it("F3 F4 says why a call was refused, beside the calls that were executed", () => {
    const task = startedTask();
    task.hear(
      asksFor(
        badCall("a", "fly", "unknown_tool"),
        call("b", "look", 1),
        badCall("c", "look", "invalid_arguments"),
      ),
    );
    task.takeIn(operationAt(task, 1), returnsOk("found"));
    expect(results(task)).toEqual([
      error("unknown_tool", "It is unknown_tool."),
      "found",
      error("invalid_arguments", "It is invalid_arguments."),
    ]);
  });

  it("F5 is shared by the same call again, and refused to another under its id", () => {
    const task = startedTask();
    const other = badCall("a~3", "look", "duplicate_call_id");
    task.hear(asksFor(call("a", "look", 1), call("a~2", "look", 1), other, call("b", "look", 1)));
    expect(task.head.operations.map((each) => each.ordinal)).toEqual([0, 3]);
    task.takeIn(operationAt(task, 3), returnsOk("for b"));
    task.takeIn(operationAt(task, 0), returnsOk("for a"));
    const refused = error("duplicate_call_id", "It is duplicate_call_id.");
    expect(results(task)).toEqual(["for a", "for a", refused, "for b"]);
  });

  it("is what a person said who rejected the call", () => {
    const said = error("rejected", "A person rejected this call. Too much.");
    expect(results(decidedTo("reject", { message: "Too much." }))).toEqual([said]);
    const silent = error("rejected", "A person rejected this call.");
    expect(results(decidedTo("reject"))).toEqual([silent]);
  });

  it("says that a call has not been executed, until it has", () => {
    const task = decidedTo("approve");
    expect(results(task)).toEqual([NOT_EXECUTED]);
    task.takeIn(operationAt(task, 0), returnsOk("paid"));
    expect(results(task)).toEqual(["paid"]);
  });
});

describe("what the context has of an answer that was of no use", () => {
  const roles = (task: CoreTask) => assembleContext(task.log).map((message) => message.role);

  it("F9 is nothing of one that was cut, calls included", () => {
    const task = startedTask();
    task.hear(answered({ calls: [call("a", "look", 1)], finish: "length" }));
    expect(roles(task)).toEqual(["user"]);
  });

  it("is a note in place of a refusal and of an empty one", () => {
    const task = startedTask();
    task.hear(answered({ refusal: "No." }));
    task.hear(says(" "));
    expect(roles(task)).toEqual(["user", "developer", "developer"]);
  });

  it("is the answer and a note where the form is wrong", () => {
    const task = startedTask();
    task.hear(answered({ text: { text: "{}" }, output: { ok: false, message: "n: is missing" } }));
    expect(roles(task)).toEqual(["user", "assistant", "developer"]);
    expect(assembleContext(task.log).at(-1)).toEqual({
      role: "developer",
      text: "Your last answer does not have the required form: n: is missing",
    });
  });

  it("F3 is the answer with its refused calls where no call was usable", () => {
    const task = startedTask();
    task.hear(asksFor(badCall("a", "look", "invalid_json")));
    expect(roles(task)).toEqual(["user", "assistant", "tool"]);
    expect(results(task)).toEqual([error("invalid_json", "It is invalid_json.")]);
  });
});
