// Owns the outside of a story in memory: models and tools that stop at every call until the story
// says what comes of it, and a ledger of what really happened.
import { z } from "zod";
import type { ModelProvider, ProviderReply } from "../../contract/model.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { createVirtualClock } from "../../testing/memory/virtual-clock.ts";
import type { VirtualClock } from "../../testing/memory/virtual-clock.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { toolFailure } from "../../tools/tool-failure.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { TOOLS } from "../core/core-task.ts";
import type { Move, ToolWish } from "./story-task.ts";

export interface StoryWorld {
  readonly clock: VirtualClock;
  readonly provider: ModelProvider;
  readonly tools: readonly AnyTool[];
  /** Model calls that wait for their answer, and tool calls that wait for theirs. */
  readonly models: readonly Stopped<ProviderReply>[];
  readonly calls: readonly Stopped<ToolWish>[];
  /** How often the effect of the call with this number was made; of a read nothing is kept. */
  readonly made: ReadonlyMap<number, number>;
  /** What undoing comes to from now on. */
  undo: Move["undo"];
}

interface Stopped<Answer> {
  readonly name: string;
  answer(with_: Answer): void;
}

/** Longer than any story. */
const FOR_EVER_MS = 10 * 366 * 24 * 3_600_000;

export function createStoryWorld(): StoryWorld {
  const clock = createVirtualClock();
  const models: Stopped<ProviderReply>[] = [];
  const calls: Stopped<ToolWish>[] = [];
  const made = new Map<number, number>();
  const provider: ModelProvider = {
    call: (_, signal) => stop(clock, models, "model", signal),
  };
  const world = { clock, provider, models, calls, made, undo: "undone" as Move["undo"] };
  const perform: Perform = async ({ name, effect }, n, signal) => {
    const wish = await stop(clock, calls, name, signal);
    const happened = wish === "ok" || wish === "applied" || wish === "lost";
    if (happened && !EFFECT_POLICY[effect].repeatable) made.set(n, (made.get(n) ?? 0) + 1);
    if (wish === "ok") return "done";
    if (wish === "error" || wish === "blocked") throw toolFailure("not_found", "There is none.");
    throw new Error("the line broke");
  };
  return Object.assign(world, { tools: TOOLS.map((each) => toolLike(each, perform, world)) });
}

type Perform = (tool: AnyTool, n: number, signal: AbortSignal) => Promise<string>;

function toolLike(
  like: AnyTool,
  perform: Perform,
  world: Pick<StoryWorld, "made" | "undo">,
): AnyTool {
  const { name, effect, approval, endsTask, reconcile, compensate } = like;
  const found = ({ n }: { readonly n: number }) =>
    world.made.has(n)
      ? ({ outcome: "applied", result: "found" } as const)
      : ({ outcome: "not-applied" } as const);
  const undo = () =>
    world.undo === "undone"
      ? ({ outcome: "undone" } as const)
      : ({ outcome: world.undo, reason: "it is so" } as const);
  return defineTool({
    name,
    description: `Is a tool of class ${effect}.`,
    input: z.strictObject({ n: z.int() }),
    output: z.string(),
    effect,
    approval,
    endsTask,
    // A read is tried once too: the story says what comes of each call.
    retry: { maxAttempts: 1 },
    execute: ({ n }, { signal }) => perform(like, n, signal),
    ...(reconcile === undefined ? {} : { reconcile: found }),
    ...(compensate === undefined ? {} : { compensate: undo }),
  });
}

/** Stops until it is answered; virtual time may pass meanwhile. Rejects when the signal aborts. */
async function stop<Answer>(
  clock: VirtualClock,
  stopped: Stopped<Answer>[],
  name: string,
  signal: AbortSignal,
): Promise<Answer> {
  const woken = new AbortController();
  const abort = (): void => woken.abort(signal.reason);
  let given: { readonly answer: Answer } | undefined;
  const call: Stopped<Answer> = {
    name,
    answer: (answer) => {
      given = { answer };
      woken.abort();
    },
  };
  signal.addEventListener("abort", abort, { once: true });
  stopped.push(call);
  try {
    signal.throwIfAborted();
    await clock.sleep(FOR_EVER_MS, woken.signal);
  } catch (error) {
    if (given === undefined) throw error;
  } finally {
    stopped.splice(stopped.indexOf(call), 1);
    signal.removeEventListener("abort", abort);
  }
  if (given === undefined) throw new Error("nobody answered");
  return given.answer;
}
