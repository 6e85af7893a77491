// Owns a story's task in the pure core, run by the reference shell of test/core: what people say is
// applied at once, and a segment lives and dies within one call of `work`.
import type { ControlVerb } from "../../contract/control.ts";
import type { ModelOutcome } from "../../contract/model.ts";
import type { WaitRequest } from "../../contract/wait.ts";
import { decide } from "../../core/decide.ts";
import { digestOf } from "../../core/digest.ts";
import { isOver, reduce } from "../../core/reduce.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import { answerProblem, onAnswer } from "../../core/transition/answer.ts";
import { newHead, onMessage } from "../../core/transition/message.ts";
import { onEventNotice } from "../../core/transition/wait.ts";
import { onWithdraw } from "../../core/transition/withdraw-operation.ts";
import { controlProblem } from "../../core/control/on-control.ts";
import { isWaiting } from "../../core/wait/wait-terms.ts";
import type { CoreTask } from "../core/core-task.ts";
import {
  asksFor,
  becomes,
  call,
  finds,
  isBlocked,
  LOST,
  NEW_TASK,
  returnsError,
  returnsOk,
  returnsUnknown,
  says,
  trouble,
} from "../core/core-task.ts";
import type { Reply } from "../core/inputs.ts";
import { answerOf } from "../core/waiting-task.ts";
import { WAITING_TOOLS } from "./story-agent.ts";
import type { StoryAgent } from "./story-agent.ts";
import type { CoreRun } from "./core-run.ts";
import { coreRun } from "./core-run.ts";
import { repeatedEffects } from "./repeated-effects.ts";
import type { ModelWish, Move, Return, StoryTask, Taken, ToolWish } from "./story-task.ts";

export function coreStory(terms: StoryAgent): StoryTask {
  const run = coreRun(terms);
  const { task } = run;
  return {
    shell: "core",
    head: () => task.head,
    log: () => task.log,
    difference: async () => {
      const fold = fromLog(task.log.reduce(reduce, newHead(NEW_TASK)));
      return fold === fromLog(task.head) ? undefined : "the log makes another head";
    },
    ...wordsTo(run),
    endWait: waitsOf(run),
    pass: run.pass,
    work: async (moves, lost) => {
      const { operations } = task.head;
      const inFlight = operations.filter(({ state }) => state === "issued");
      const late = picked(inFlight, moves.length);
      if (late !== undefined) run.give({ do: "tool-done", pick: operations.indexOf(late) });
      const replies = moves.map((each) => replyOf(each, task, terms.toolNames));
      run.give({ do: "work", replies, lost });
    },
    close: async () => {
      if (task.head.segment.open) run.give({ do: "recover", park: false });
    },
    leftovers: async () => openOf(task),
    twice: () => repeatedEffects(task.log, run.issued),
  };
}

type Words = "say" | "control" | "cancel" | "rollback" | "retry" | "settle" | "decide";

function wordsTo({ task, give, record }: CoreRun): Pick<StoryTask, Words> {
  return {
    say: async (messageId, mode) => {
      const parts = [{ type: "text", body: { text: messageId } } as const];
      const said = { messageId, parts, digest: digestOf(messageId), mode };
      const known = task.log.some(
        ({ type, data }) =>
          (type === "message.received" || type === "message.queued") &&
          data.messageId === messageId,
      );
      if (known) return "taken";
      if (task.head.cancelling || isOver(task.head)) return "refused";
      record(() => onMessage(task.head, said));
      return "taken";
    },
    control: async (verb, pick) => {
      const taken = controlTaken(task, verb, pick);
      give({ do: "control", verb, pick });
      return taken;
    },
    cancel: async (compensate) => {
      const taken = !isOver(task.head) || task.head.status === "cancelled";
      give({ do: "cancel", compensate });
      return taken ? "taken" : "refused";
    },
    rollback: async () => give({ do: "rollback" }),
    retry: async () => give({ do: "retry", pick: undefined }),
    settle: async (pick, outcome) => give({ do: "settle", pick, outcome }),
    decide: async (pick, decision) => {
      give({ do: "open-approval", pick });
      give({ do: "settle-approval", pick, verdict: decision });
    },
  };
}

function waitsOf({ task, record }: CoreRun): StoryTask["endWait"] {
  let events = 0;
  return async (pick, how) => {
    const each = picked(task.head.operations.filter(isWaiting), pick);
    if (each === undefined) return;
    const { operationId } = each;
    const now = { agent: task.agent, now: task.now };
    if (how === "withdrawal" && !task.head.cancelling)
      record(() => onWithdraw(task.head, { operationId, reason: "not needed" }));
    if (how === "answer" && answerProblem(task.head, each, task.now) === undefined)
      record(() => onAnswer(task.head, answerOf(operationId, "a", "ann"), now));
    if (how !== "event" || each.wait.kind !== "event") return;
    const eventId = `event-${(events += 1)}`;
    const notice = { operationId, eventId, receivedAt: task.now, payload: { text: "1" } };
    // Twice, as a source that is not sure does.
    for (let times = 0; times < 2; times += 1) record(() => onEventNotice(task.head, notice, now));
  };
}

function controlTaken(task: CoreTask, verb: ControlVerb, pick: number): Taken {
  const operationId = picked(task.head.operations, pick)?.operationId ?? "none";
  const command = { type: verb, operationId, reason: "" } as Parameters<typeof controlProblem>[1];
  return controlProblem(task.head, command) === undefined ? "taken" : "refused";
}

function picked<T>(all: readonly T[], pick: number): T | undefined {
  return all[pick % all.length];
}

/** Without what belongs to the shell: `segment`, `listeners` and the mark `issued`. */
function fromLog(head: TaskHead): string {
  const operations = head.operations.map(({ state, ...rest }: OpenOperation) => {
    return { ...rest, state: state === "issued" ? "ready" : state };
  });
  return digestOf({ ...head, operations, segment: 0, listeners: [] });
}

function openOf({ head, agent }: CoreTask): readonly string[] {
  const { operations, park, queue, hold, cancelling, segment } = head;
  const open: readonly (readonly [string, boolean])[] = [
    ["an operation", operations.length > 0],
    ["a timer", park.wakeAt !== undefined],
    ["a kept message", queue !== undefined],
    ["a hold", hold !== undefined],
    ["a cancellation", cancelling],
    ["a segment", segment.open],
    ["something to do", decide(head, agent, { steps: 0, bytes: 0 }).do !== "end"],
  ];
  return open.filter(([, is]) => is).map(([what]) => what);
}

function replyOf({ model, tools, undo }: Move, task: CoreTask, names: readonly string[]): Reply {
  return {
    model: outcomeOf(model, task, names),
    tools: tools.map((each) => ({ ...each, outcome: returned(each), answer: finds(each.found) })),
    undo: becomes(undo),
  };
}

const RETURNS: Readonly<Record<ToolWish, Reply["tools"][number]["outcome"]>> = {
  ok: returnsOk("one"),
  error: returnsError("not_found"),
  applied: returnsUnknown(),
  "not-applied": returnsUnknown(75_000),
  lost: LOST,
  blocked: isBlocked("stopped"),
};

function returned({ wish }: Return) {
  return RETURNS[wish];
}

function outcomeOf(wish: ModelWish, task: CoreTask, names: readonly string[]): ModelOutcome {
  if (wish === "says") return says("Done.");
  if ("trouble" in wish) return trouble(wish.trouble);
  const calls = wish.calls.filter(({ tool }) => names.includes(tool));
  if (calls.length === 0) return says("Done.");
  return asksFor(
    ...calls.map(({ tool, n }, index) => {
      const asked = call(`c-${index}`, tool, n, task.agent.tools);
      const wait = waitOf(tool, task.now);
      if (wait === undefined || !asked.check.ok) return asked;
      return { ...asked, check: { ...asked.check, wait } };
    }),
  );
}

/** As the built-in tools compute it from what memory-story.ts asks them for. */
function waitOf(tool: string, now: number): WaitRequest | undefined {
  const { seconds } = WAITING_TOOLS;
  const at = now + seconds * 1_000;
  if (tool === "sleep") return { kind: "timer", at };
  if (tool === "wait_for_event") return { kind: "event", topic: "paid", key: "7", deadlineAt: at };
  if (tool === "ask_human")
    return { kind: "question", question: "Which?", options: ["a", "b"], deadlineAt: at };
  return undefined;
}
