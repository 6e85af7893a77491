// Owns what may happen in a story, as fast-check's commands: each is done to the task and to the
// reference, and what people are told is compared at once.
import fc from "fast-check";
import { CONTROL_VERBS } from "../../contract/control.ts";
import type { Reference } from "./reference.ts";
import { agree, applyVerb, isTaken } from "./reference.ts";
import { STORY_TOOLS } from "./story-agent.ts";
import type { Move, StoryTask, ToolWish } from "./story-task.ts";

type Command = fc.AsyncCommand<Reference, StoryTask>;

function command(
  name: string,
  run: (reference: Reference, task: StoryTask) => Promise<void>,
  check: (reference: Readonly<Reference>) => boolean = () => true,
): Command {
  return {
    check,
    run: async (reference, task) => {
      await run(reference, task);
      agree(reference, task);
    },
    toString: () => name,
  };
}

const pick = fc.nat(15);

const moves: fc.Arbitrary<readonly Move[]> = fc.array(
  fc.record({
    model: fc.oneof(
      {
        weight: 12,
        arbitrary: fc.record({
          calls: fc.array(fc.record({ tool: fc.constantFrom(...STORY_TOOLS), n: fc.nat(1_000) }), {
            minLength: 1,
            maxLength: 3,
          }),
        }),
      },
      { weight: 3, arbitrary: fc.constant("says" as const) },
      {
        weight: 1,
        arbitrary: fc.record({
          trouble: fc.constantFrom("wait" as const, "operator" as const, "terminal" as const),
        }),
      },
    ),
    tools: fc.array(
      fc.record({
        pick,
        wish: fc.constantFrom<ToolWish[]>(
          "ok",
          "ok",
          "ok",
          "error",
          "applied",
          "not-applied",
          "lost",
          "blocked",
        ),
        found: fc.constantFrom("applied" as const, "not-applied" as const, "unknown" as const),
      }),
      { maxLength: 4 },
    ),
    undo: fc.constantFrom("undone" as const, "undone", "committed", "unknown"),
  }),
  { minLength: 1, maxLength: 5, size: "max" },
);

const say = fc
  .tuple(fc.constantFrom("steer" as const, "interrupt", "queue"), fc.nat(9))
  .map(([mode, again]) =>
    command(again === 0 ? `say again` : `say ${mode}`, async (reference, task) => {
      const old = again === 0 ? reference.accepted.at(-1) : undefined;
      const { accepted } = reference;
      const { id, mode: how } = old ?? { id: `m-${accepted.length + 1}`, mode };
      const expected = isTaken(reference, "send", task.head().status);
      const taken = await task.say(id, how);
      if (old !== undefined) return;
      // The model's answer may have ended the task before the message was applied.
      if (!hasCompleted(reference, task)) told(`send ${mode}`, taken, expected);
      if (taken === "taken") accepted.push({ id, mode: how });
    }),
  );

function hasCompleted({ ended }: Reference, task: StoryTask): boolean {
  return ended === undefined && task.head().status === "completed";
}

function told(what: string, taken: "taken" | "refused", expected: boolean | undefined): void {
  if (expected === undefined || expected === (taken === "taken")) return;
  throw new Error(`${what} was ${taken}`);
}

const verbOf = (verb: (typeof CONTROL_VERBS)[number], which: number) =>
  command(
    verb,
    async (reference, task) => {
      const expected = isTaken(reference, verb, task.head().status);
      const taken = await task.control(verb, which);
      told(verb, taken, expected);
      const tooLate = verb !== "complete" && hasCompleted(reference, task);
      if (taken === "taken" && !tooLate) applyVerb(reference, verb);
    },
    // No engine kills in memory.
    ({ shell }) => verb !== "kill" || shell === "core",
  );

const ENDS = ["retire", "complete", "kill"] as const;
const HOLDS = CONTROL_VERBS.filter((each) => !ENDS.some((end) => end === each));
const hold = fc.tuple(fc.constantFrom(...HOLDS, "resume" as const, "resume" as const), pick);
const end = fc.tuple(fc.constantFrom(...ENDS), pick);

const cancel = fc.boolean().map((compensate) =>
  command(`cancel ${compensate ? "and undo" : ""}`, async (reference, task) => {
    const expected = isTaken(reference, "cancel", task.head().status);
    const taken = await task.cancel(compensate);
    if (reference.ending !== undefined) return;
    told("cancel", taken, expected);
    if (taken === "taken") applyVerb(reference, "cancel");
  }),
);

const work = fc
  .tuple(moves, fc.nat(9))
  .map(([each, n]) =>
    command(`work ${n === 0 ? "and die" : ""} ${JSON.stringify(each)}`, (_, task) =>
      task.work(each, n === 0),
    ),
  );

const decide = fc
  .tuple(pick, fc.constantFrom("approve" as const, "approve", "reject"))
  .map(([which, decision]) => command(decision, (_, task) => task.decide(which, decision)));

const endWait = fc
  .tuple(pick, fc.constantFrom("event" as const, "answer", "withdrawal"))
  .map(([which, how]) => command(`end a wait by ${how}`, (_, task) => task.endWait(which, how)));

const settle = fc
  .tuple(pick, fc.constantFrom("applied" as const, "not-applied"))
  .map(([which, outcome]) => command(`state ${outcome}`, (_, task) => task.settle(which, outcome)));

/** The last two are longer than outcomes are kept, and a worker's clock that is set back. */
const pass = fc
  .oneof(
    { weight: 12, arbitrary: fc.constantFrom(1_000, 40_000, 660_000) },
    { weight: 1, arbitrary: fc.constant(8 * 24 * 3_600_000) },
    { weight: 2, arbitrary: fc.constant(-3_600_000) },
  )
  .map((ms) =>
    command(
      `${ms} ms pass`,
      (_, task) => task.pass(ms),
      // In memory the task would look after a slow tool thousands of times.
      ({ shell }) => shell === "core" || ms < 24 * 3_600_000,
    ),
  );

const often = (weight: number, commands: fc.Arbitrary<Command>) =>
  Array.from({ length: weight }, () => commands);

/** What happens in one story, for both shells alike. */
export const STORIES = fc.commands(
  [
    ...often(16, work),
    ...often(3, say),
    ...often(4, decide),
    ...often(3, endWait),
    ...often(2, pass),
    ...often(
      2,
      hold.map(([verb, which]) => verbOf(verb, which)),
    ),
    settle,
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(command("retry", (_, task) => task.retry())) },
      { weight: 1, arbitrary: fc.constant(command("roll back", (_, task) => task.rollback())) },
      { weight: 1, arbitrary: cancel },
      { weight: 1, arbitrary: end.map(([verb, which]) => verbOf(verb, which)) },
    ),
  ],
  { maxCommands: 40, size: "max" },
);
