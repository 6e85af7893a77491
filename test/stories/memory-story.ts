// Owns a story's task in the runner without Restate: the same commands through its public client,
// while models and tools are really under way.
import type { ControlVerb } from "../../contract/control.ts";
import type { ProviderReply } from "../../contract/model.ts";
import { digestOf } from "../../core/digest.ts";
import { reduce } from "../../core/reduce.ts";
import type { OpenOperation, TaskHead } from "../../core/task-head.ts";
import { newHead } from "../../core/transition/message.ts";
import { runInMemory } from "../../testing/in-memory-runner.ts";
import type { InMemoryTask } from "../../testing/in-memory-runner.ts";
import { statusOf } from "../../testing/memory/status-view.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { ControlInput } from "../../testing/task-client.ts";
import { storyAgent, WAITING_TOOLS } from "./story-agent.ts";
import type { StoryTerms } from "./story-agent.ts";
import type { ModelWish, StoryTask, Taken } from "./story-task.ts";
import type { StoryWorld } from "./story-world.ts";
import { createStoryWorld } from "./story-world.ts";

export async function memoryStory(terms: StoryTerms): Promise<StoryTask> {
  const world = createStoryWorld();
  const { agent } = storyAgent(terms, world.tools);
  const task = runInMemory({ agent, providers: { scripted: world.provider }, clock: world.clock });
  const { taskUid } = await task.start("Please.");
  await world.clock.settled();
  const seen: Seen = { taskUid, log: await task.events() };
  return storyOf(runOf(task, world, seen));
}

/** Longest time that a cancelled task waits for what it has in flight. */
const SETTLE_MS = 30_000;

interface Seen {
  readonly taskUid: string;
  log: readonly TaskEvent[];
}

/** What each part of a story's task works with. */
interface MemoryRun {
  readonly task: InMemoryTask;
  readonly world: StoryWorld;
  readonly seen: Seen;
  settled(): Promise<void>;
  /** A model call that a command waits for ends; what the task refuses is answered so. */
  attempt(act: () => Promise<unknown>): Promise<Taken>;
  /** One of the operations in this state. */
  pick(state: OpenOperation["state"], which: number): OpenOperation | undefined;
  /** What models answer from now on. */
  intend(wish: ModelWish): void;
  answerModel(): void;
}

function runOf(task: InMemoryTask, world: StoryWorld, seen: Seen): MemoryRun {
  const { clock } = world;
  let numbers = 0;
  let intended: ModelWish = "says";
  const answerModel = (): void => world.models[0]?.answer(replyOf(intended, () => (numbers += 1)));
  const settled = async (): Promise<void> => {
    await clock.settled();
    seen.log = await task.events();
  };
  return {
    task,
    world,
    seen,
    settled,
    intend: (wish) => void (intended = wish),
    answerModel,
    attempt: async (act) => {
      const acting = act().then(() => "taken" as const, refusalOf);
      await clock.settled();
      answerModel();
      const taken = await acting;
      await settled();
      return taken;
    },
    pick: (state, which) => {
      const open = headOf(seen).operations.filter((each) => each.state === state);
      return open[which % open.length];
    },
  };
}

function storyOf(run: MemoryRun): StoryTask {
  const { task, world, seen, settled } = run;
  return {
    shell: "memory",
    head: () => headOf(seen),
    log: () => seen.log,
    difference: async () => {
      await settled();
      const shown = await task.status();
      const told = statusOf(headOf(seen), seen.log);
      return digestOf(shownOf(shown)) === digestOf(shownOf(told))
        ? undefined
        : `status says ${JSON.stringify(shown)}, the log ${JSON.stringify(told)}`;
    },
    ...wordsTo(run),
    ...operationsOf(run),
    pass: async (ms) => {
      if (ms > 0) await world.clock.advance(ms);
      await settled();
    },
    work: async (moves) => {
      for (const { model, tools, undo } of moves) {
        world.undo = undo;
        run.intend(model);
        if (world.models.length > 0) run.answerModel();
        else
          for (const { pick, wish } of tools) world.calls[pick % world.calls.length]?.answer(wish);
        await settled();
      }
    },
    close: settled,
    leftovers: async () => {
      await world.clock.advance(60_000);
      await settled();
      const underWay = [...world.models, ...world.calls].map(({ name }) => name);
      const late = await task.publish({ topic: "paid", key: "7", eventId: "last", payload: 1 });
      const inbox = late.waits === 0 ? [] : ["a subscription"];
      return [...headOf(seen).operations.map(({ tool }) => tool), ...underWay, ...inbox];
    },
    twice: () =>
      [...world.made].filter(([, times]) => times > 1).map(([n, times]) => `${n}: ${times} times`),
  };
}

type Words = "say" | "control" | "cancel" | "rollback" | "retry";

function wordsTo({ task, world, seen, attempt }: MemoryRun): Pick<StoryTask, Words> {
  return {
    say: async (messageId, mode) => {
      // Twice at once, as a client that is not sure does.
      const send = () => task.send(messageId, { messageId, mode });
      const taken = await attempt(() => Promise.all([send(), send()]));
      const late = seen.log.some(
        ({ type, data }) => type === "message.refused" && data.messageId === messageId,
      );
      return late ? "refused" : taken;
    },
    control: (verb, pick) => {
      const open = headOf(seen).operations;
      const input = inputOf(verb, open[pick % open.length]?.operationId);
      return attempt(async () => {
        const { result } = await task.control(input);
        // What is in flight is settled first.
        if (result === "accepted") await world.clock.advance(SETTLE_MS);
      });
    },
    cancel: (compensate) => attempt(() => task.cancel({ compensate, reason: "not needed" })),
    rollback: async () => void (await attempt(() => task.rollback({ reason: "all wrong" }))),
    retry: async () => void (await attempt(() => task.retry({ reason: "again" }))),
  };
}

function operationsOf(run: MemoryRun): Pick<StoryTask, "settle" | "decide" | "endWait"> {
  const { task, world, seen, attempt } = run;
  let events = 0;
  return {
    settle: async (pick) => {
      const each = run.pick("unknown", pick);
      if (each === undefined) return;
      const { operationId } = each;
      const outcome = world.made.has(numberOf(seen.log, each)) ? "applied" : "not-applied";
      await attempt(() => task.settle({ operationId, outcome, reason: "I looked" }));
    },
    decide: async (pick, decision) => {
      const operationId = run.pick("approval-open", pick)?.operationId;
      if (operationId !== undefined)
        await attempt(() => task.decide({ operationId, decision, by: "bob", via: "decide" }));
    },
    endWait: async (pick, how) => {
      const operationId = run.pick("waiting", pick)?.operationId;
      if (how === "event") {
        const event = { topic: "paid", key: "7", eventId: `event-${(events += 1)}`, payload: 1 };
        await attempt(() => task.publish(event));
        await attempt(() => task.publish(event));
      } else if (operationId === undefined) return;
      else if (how === "answer")
        await attempt(() => task.answer({ operationId, answer: "a", by: "ann" }));
      else await attempt(() => task.withdraw({ operationId, reason: "not needed" }));
    },
  };
}

/** A failure with a code is an answer; any other is a fault of the runner. */
function refusalOf(error: unknown): Taken {
  if (error instanceof Error && "code" in error) return "refused";
  throw error;
}

function headOf({ taskUid, log }: Seen): TaskHead {
  const [first] = log;
  if (first?.type !== "task.started") throw new Error("the log has no start");
  const { agent, agentVersion, inputDigest } = first.data;
  const at = first.at;
  const start = newHead({ taskUid, taskId: "in-memory", agent, agentVersion, inputDigest, at });
  return log.reduce(reduce, start);
}

/** Without `segment` and the mark `issued`, which are the shell's. */
function shownOf(shown: ReturnType<typeof statusOf>) {
  const { operations, segment: _, ...view } = shown;
  const unissued = operations.map((each) => ({
    ...each,
    state: each.state === "issued" ? "ready" : each.state,
  }));
  return { ...view, operations: unissued };
}

function numberOf(
  log: readonly TaskEvent[],
  { answerSeq, ordinal }: { readonly answerSeq: number; readonly ordinal: number },
): number {
  const event = log[answerSeq];
  const asked = event?.type === "model.answered" ? event.data.answer.calls[ordinal] : undefined;
  if (asked === undefined || !("text" in asked.arguments)) throw new Error("there is no such call");
  return (JSON.parse(asked.arguments.text) as { n: number }).n;
}

function inputOf(verb: ControlVerb, operationId = "none"): ControlInput {
  const said = { reason: "I want it so", by: "olga" };
  switch (verb) {
    case "override":
      return { verb, operationId, result: 7, ...said };
    case "transfer":
      return { verb, owner: "ann", ...said };
    case "pause":
      return { verb, when: "now", ...said };
    case "kill":
      throw new Error("the runner has no engine that could kill");
    case "resume":
    case "quarantine":
    case "complete":
    case "retire":
      return { verb, ...said };
  }
}

type Answered = Extract<ProviderReply, { kind: "answered" }>;

function answered(parts: Partial<Answered>): Answered {
  const calls = parts.calls ?? [];
  const end = calls.length > 0 ? {} : { text: "Done." };
  return {
    kind: "answered",
    ...end,
    calls,
    finish: calls.length > 0 ? "tool-calls" : "stop",
    usage: { inputTokens: 10, outputTokens: 2 },
    model: "small",
    response: "{}",
    requestDigest: digestOf("request"),
    ...parts,
  };
}

function replyOf(wish: ModelWish, next: () => number): ProviderReply {
  if (wish === "says") return answered({});
  if ("trouble" in wish) {
    const code = {
      wait: "timeout",
      operator: "authentication",
      terminal: "invalid_request",
    } as const;
    return { kind: wish.trouble, code: code[wish.trouble] };
  }
  const calls = wish.calls.map(({ tool }, index) => {
    return {
      callId: `c-${index}`,
      name: tool,
      arguments: JSON.stringify(argumentsOf(tool, next())),
    };
  });
  return answered({ calls });
}

function argumentsOf(tool: string, n: number): unknown {
  const { seconds } = WAITING_TOOLS;
  switch (tool) {
    case "sleep":
      return { seconds };
    case "wait_for_event":
      return { topic: "paid", key: "7", deadline_seconds: seconds };
    case "ask_human":
      return { question: "Which?", options: ["a", "b"], deadline_seconds: seconds };
    default:
      // No call is like another, so that each is an effect of its own.
      return { n };
  }
}
