// Owns what must hold of output reviews whatever happens to a task, in whatever order: nothing is
// released but what was approved, and each review ends once (R70).
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EventBody } from "../../contract/event.ts";
import type { ReviewWhen } from "../../contract/review.ts";
import { hasEnded } from "../../contract/status.ts";
import { assembleContext } from "../../core/context.ts";
import { decide } from "../../core/decide.ts";
import { defineAgent } from "../../core/define-agent.ts";
import { digestOf } from "../../core/digest.ts";
import { reduce } from "../../core/reduce.ts";
import { onRollback } from "../../core/transition/compensation.ts";
import { onCancel } from "../../core/transition/control.ts";
import { onKill, onRetire } from "../../core/transition/end.ts";
import { newHead } from "../../core/transition/message.ts";
import { holdBack } from "../../core/transition/hold-back.ts";
import type { TaskHead } from "../../core/task-head.ts";
import type { CoreTask } from "./core-task.ts";
import {
  agentWith,
  asksFor,
  call,
  NEW_TASK,
  operationAt,
  returnsOk,
  returnsUnknown,
  says,
  startedTask,
} from "./core-task.ts";
import type { Problem } from "./find-story.ts";
import type { Input } from "./inputs.ts";
import { inputs } from "./inputs.ts";
import { closeHandler, feed } from "./reference-shell.ts";
import type { Act, Case } from "./review-desk.ts";
import { act, ACTS, openCases } from "./review-desk.ts";

function reviewed(review: ReviewWhen = "always", oneShot = false): AgentDefinition {
  return { ...agentWith({}, oneShot), review };
}

const QUIET = { onDecision: () => {}, onRest: () => {} };

/** More often than by chance the model is done. */
const stories = fc
  .tuple(inputs, fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }))
  .map(([all, when]): readonly Input[] =>
    all.map((each, at) => {
      if (each.do !== "work") return each;
      const replies = each.replies.map((reply, n) => {
        return when[(at + n) % when.length] === 0
          ? reply
          : { ...reply, model: says(`Answer ${at}.`) };
      });
      return { ...each, replies };
    }),
  );
const acts = fc.array(fc.constantFrom<Act[]>(...ACTS), { minLength: 30, maxLength: 30 });

/**
 * Plays stories with people at the reviews, and looks after each thing that happens. The smallest
 * story found in which something is wrong, or undefined when none was found.
 */
function findStory(
  problemOf: (task: CoreTask, cases: ReadonlyMap<string, Case>) => Problem,
): string | undefined {
  const property = fc.property(fc.boolean(), stories, acts, (oneShot, story, people) => {
    const task = startedTask(reviewed("always", oneShot));
    const cases = new Map<string, Case>();
    closeHandler(task);
    for (const [at, input] of story.entries()) {
      feed(task, input, QUIET);
      openCases(task, cases);
      act(task, cases, people[at % people.length] ?? "nothing");
      closeHandler(task);
      const problem = problemOf(task, cases);
      if (typeof problem === "string") throw new Error(problem);
    }
  });
  const found = fc.check(property, { numRuns: 200 });
  if (!found.failed) return undefined;
  return `${String(found.errorInstance)}\n${fc.defaultReportMessage(found)}`;
}

describe("R70 an answer that is reviewed", () => {
  it("is released only if exactly it was approved, as it was shown", () => {
    let released = 0;
    const problemOf = (task: CoreTask, cases: ReadonlyMap<string, Case>): Problem => {
      const ends = task.all("turn.completed").map(({ data }) => data);
      released += ends.length;
      const wrong = ends.find(({ approvalId = "", answer }) => {
        const { head, shown } = cases.get(approvalId) ?? {};
        const isShown = answer !== undefined && "text" in answer && answer.text === wordsOf(shown);
        return head?.state !== "approved" || !isShown;
      });
      return wrong && JSON.stringify(wrong);
    };
    expect(findStory(problemOf)).toBeUndefined();
    expect(released).toBeGreaterThan(0);
  });

  it("has each review end once, before its turn does, and a message end it at once", () => {
    const problemOf = ({ log, head }: CoreTask): Problem => {
      let open = false;
      for (const [seq, { type }] of log.entries()) {
        const next = log[seq + 1]?.type;
        if (open && (type === "review.due" || type === "model.answered")) return type;
        if (open && type.startsWith("turn.")) return `${type} while the answer is held back`;
        if (open && type === "message.received" && next !== "review.closed") return "not withdrawn";
        if (!open && type === "review.closed") return "closed twice";
        open = type === "review.due" || (open && type !== "review.closed");
      }
      if (hasEnded(head.status) && open) return `open, and ${head.status}`;
      return (head.review !== undefined) !== open && "the head says otherwise";
    };
    expect(findStory(problemOf)).toBeUndefined();
  });

  it("is held back once, and each notice is taken once", () => {
    const problemOf = (task: CoreTask): Problem => {
      const held = task.all("review.due").map(({ data }) => String(data.answerSeq));
      const told = task
        .all("review.noticed")
        .map(({ data }) => `${data.approvalId} ${data.number}`);
      return [held, told].some((all) => new Set(all).size < all.length) && "twice";
    };
    expect(findStory(problemOf)).toBeUndefined();
  });

  it("never leaves its task without something that moves it, nor has it work for nothing", () => {
    const problemOf = ({ head }: CoreTask, cases: ReadonlyMap<string, Case>): Problem => {
      const { review, segment, hold, status } = head;
      if (review === undefined || hold !== undefined || status === "needs-operator") return false;
      // Only what its approval tells brings it on.
      if (review.state === "requested" && status === "running" && segment.queued) return "at work";
      if (segment.open || segment.queued) return false;
      if (!cases.has(review.asked?.approvalId ?? "")) return "nobody was asked";
      const isOpen = review.state === "open";
      if (!isOpen && review.state !== "requested") return `${review.state}, and nothing moves it`;
      const said = review.asked?.staleSeq === undefined ? "waiting-approval" : "stale";
      return isOpen !== (status === said) && `${review.state} while ${status}`;
    };
    expect(findStory(problemOf)).toBeUndefined();
  });

  it("has a head that the log alone makes", () => {
    const partsOf = ({ review, turn }: TaskHead) => digestOf({ ...turn, review: review ?? null });
    const problemOf = ({ log, head }: CoreTask): Problem =>
      partsOf(log.reduce(reduce, newHead(NEW_TASK))) !== partsOf(head) && "the fold differs";
    expect(findStory(problemOf)).toBeUndefined();
  });

  it.each<[string, (task: CoreTask) => readonly EventBody[]]>([
    ["cancel", ({ head }) => onCancel(head, "ann", "enough")],
    ["retire", ({ head }) => onRetire(head, { by: "ann", reason: "enough" })],
    ["kill", ({ head, agent }) => onKill(head, { by: "ann", reason: "enough" }, agent)],
    ["rollback", ({ head }) => onRollback(head, "ann", "enough")],
  ])("is asked for no more after %s", (_, end) => {
    const task = startedTask(reviewed());
    task.hear(says("Done."));
    task.record(end(task));
    expect(task.all("review.closed")).toMatchObject([{ data: { outcome: "withdrawn" } }]);
    expect(task.head.review).toBeUndefined();
  });
});

function wordsOf(shown = "{}"): string {
  const { text, json } = JSON.parse(shown) as { readonly text?: string; readonly json?: unknown };
  return text ?? JSON.stringify(json);
}

describe("R70 what goes to review", () => {
  const WIRED = ["financial"] as const;
  it.each<[string, ReviewWhen | undefined, number, "ok" | "unknown" | "read" | "none", boolean]>([
    ["longer than the bound, and an effect", { longerThanMs: 100 }, 101, "ok", true],
    ["as long as the bound, and an effect", { longerThanMs: 100 }, 100, "ok", false],
    ["longer, and an effect that may have been", { longerThanMs: 100 }, 101, "unknown", true],
    ["longer, and only a read", { longerThanMs: 100 }, 101, "read", false],
    ["longer, and no call", { longerThanMs: 100 }, 101, "none", false],
    ["an effect of a class that is named", { effects: WIRED }, 0, "ok", true],
    ["an effect of another class", { effects: ["communication"] }, 101, "ok", false],
    ["always", "always", 0, "none", true],
    ["not asked for", undefined, 101, "ok", false],
  ])("%s", (_, review, lasted, effect, expected) => {
    const task = startedTask(reviewed(review ?? "always"));
    if (effect !== "none") {
      task.hear(asksFor(call("a", effect === "read" ? "look" : "wire", 1)));
      const back = effect === "unknown" ? returnsUnknown() : returnsOk("done");
      task.takeIn(operationAt(task, 0), back);
    }
    const at = NEW_TASK.at + lasted;
    const end = { step: 1, answerSeq: 9, at };
    const held = holdBack(task.head, { review }, end);
    const data = held?.type === "review.due" ? held.data : undefined;
    expect(data?.lastedMs).toBe(expected ? lasted : undefined);
  });

  it("a turn of older code, of which nobody knows what it did", () => {
    const { head } = startedTask();
    const { openedAt: _, ...turn } = head.turn;
    const end = { step: 1, answerSeq: 9, at: NEW_TASK.at };
    const held = holdBack({ ...head, turn }, { review: { effects: ["code"] } }, end);
    expect(held?.type).toBe("review.due");
  });

  it("a turn that is tried again, with what it did before", () => {
    const task = startedTask(reviewed({}));
    task.hear(asksFor(call("a", "wire", 1)));
    task.takeIn(operationAt(task, 0), returnsOk("done"));
    task.record([
      { type: "turn.failed", data: { turn: 1, step: 1, code: "step_limit", message: "" } },
      { type: "turn.retried", reason: "again", data: { turn: 1, step: 1 } },
    ]);
    task.hear(says("Done."));
    expect(task.all("review.due")).toMatchObject([{ data: { touched: ["financial"] } }]);
    task.record([
      { type: "review.closed", data: { outcome: "withdrawn" } },
      { type: "turn.failed", data: { turn: 1, step: 2, code: "step_limit", message: "" } },
    ]);
    task.say("Something else.");
    task.hear(says("Nothing was done."));
    expect(task.all("turn.completed")).toHaveLength(1);
  });
});

it.each<[string, ReviewWhen]>([
  ["review.longerThanMs", { longerThanMs: -1 }],
  ["review.effects", { effects: [] }],
  ['"read"', { effects: ["read"] }],
])("R70 an agent whose review could never be is refused, naming %s", (named, review) => {
  const { name, instructions, models } = agentWith();
  const define = () => defineAgent({ name, instructions, model: models, review });
  expect(define).toThrow(named);
});

describe("R70 the model", () => {
  it("reads why its answer was not released, and is bounded by its steps", () => {
    const task = startedTask({ ...reviewed(), limits: { ...agentWith().limits, maxSteps: 1 } });
    task.hear(says("Bad."));
    task.record([{ type: "review.closed", data: { outcome: "rejected", message: "Say more." } }]);
    const [, , last] = assembleContext(task.log);
    expect(last).toMatchObject({ role: "user" });
    expect(JSON.stringify(last)).toContain("Say more.");
    const next = decide(task.head, task.agent, { steps: 0, bytes: 0 });
    expect(next).toMatchObject({ do: "record", events: [{ data: { code: "step_limit" } }] });
  });
});
