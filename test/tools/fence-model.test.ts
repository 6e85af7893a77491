// Owns the property of the fence: whatever processes die, stand still and wake, whatever the
// author's code does, and whatever is refused, an effect is made at most once, and the answer
// never says more than what is so.
import fc from "fast-check";
import { expect, it } from "vitest";
import { z } from "zod";
import type { Blocked, ToolResponse } from "../../contract/tool.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createToolHost } from "../../services/tool-host/tool-host.ts";
import { defineTool } from "../../tools/define-tool.ts";
import { notApplied } from "../../tools/not-applied.ts";
import { type Fate, simulate, simulatedClock } from "./fence/simulated-engine.ts";
import { requestFor } from "./tool-caller.ts";

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const START_DEADLINE_MS = 1000;
const TIMEOUT_MS = 5000;
const MARGIN_MS = 500;

type Behaviour = "applies" | "applies-and-throws" | "throws-first" | "not-applied" | "dawdles";
type Authority = "allows" | "stops" | "is-out";

interface Case {
  readonly fates: readonly Fate[];
  /** Of each call of the author's code, then that it applies. */
  readonly behaviours: readonly Behaviour[];
  /** Of each question, then that it allows. */
  readonly authority: readonly Authority[];
}

const CASE = fc.record<Case>({
  fates: fc.array(
    fc.record<Fate>({
      of: fc.constantFrom("recorded", "recorded", "dies-before", "dies-after", "stands-still"),
      next: fc.nat(1),
      ms: fc.nat(700),
      suspendedMs: fc.oneof(fc.constant(0), fc.nat(3000)),
      wakes: fc.boolean(),
    }),
    { maxLength: 12 },
  ),
  behaviours: fc.array(
    fc.constantFrom<Behaviour[]>(
      "applies",
      "applies-and-throws",
      "throws-first",
      "not-applied",
      "dawdles",
    ),
    { maxLength: 4 },
  ),
  authority: fc.array(fc.constantFrom<Authority[]>("allows", "allows", "stops", "is-out"), {
    maxLength: 6,
  }),
});

interface Played {
  readonly answer: ToolResponse;
  /** When each effect was made, by the wall clock, and with which key. */
  readonly effects: readonly { readonly at: number; readonly key: string }[];
}

async function play(
  { fates, behaviours, authority }: Case,
  idempotency: "honoured" | "none",
): Promise<Played> {
  const clock = simulatedClock();
  const effects: { at: number; key: string }[] = [];
  let calls = 0;
  let questions = 0;
  let answered = false;
  const pay = defineTool({
    name: "pay",
    description: "Pays.",
    input: z.object({}),
    output: z.string(),
    effect: "financial",
    idempotency,
    startDeadlineMs: START_DEADLINE_MS,
    timeoutMs: TIMEOUT_MS,
    retry: { maxAttempts: 3 },
    async execute(_, { beginEffect, idempotencyKey }) {
      const behaviour = behaviours[calls] ?? "applies";
      calls += 1;
      if (behaviour === "not-applied") throw notApplied("come again");
      if (behaviour === "throws-first") throw new Error("before the effect");
      if (behaviour === "dawdles") clock.pass(START_DEADLINE_MS / 2);
      await beginEffect();
      effects.push({ at: clock.now(), key: idempotencyKey });
      if (behaviour === "applies-and-throws") throw new Error("after the effect");
      return "paid";
    },
  });
  const stopped: Blocked = { outcome: "blocked", code: "stopped", reason: "an operator says so" };
  const host = {
    tool: pay,
    artifacts: createMemoryArtifactStore(),
    inlineLimitBytes: 1024,
    logger: silent,
    ...clock,
    marginMs: MARGIN_MS,
    async checkAuthority() {
      const says = authority[questions] ?? "allows";
      questions += 1;
      if (says === "is-out") throw new Error("nobody is there");
      // A fresh view: an operation that has its answer is not issued any more (L8).
      const over = answered && idempotency === "honoured";
      return says === "stops" || over ? stopped : undefined;
    },
  };
  const answer = await simulate({
    request: requestFor("pay", {}),
    clock,
    fates,
    boot: () => createToolHost(host),
    onAnswer: () => (answered = true),
  });
  return { answer, effects };
}

/** What an answer says of the effect is so, and nothing begins after the time that it names. */
function isTrue({ answer, effects }: Played): boolean {
  switch (answer.outcome) {
    case "ok":
    case "waiting":
      return effects.length > 0;
    case "error":
    case "blocked":
      return effects.length === 0;
    case "unknown":
      return effects.every(({ at }) => at <= (answer.notBefore ?? 0));
  }
}

it("F1 R13 R15 R95 L7 a fenced effect is made at most once, and its answer is true", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(CASE, async (given) => {
      const played = await play(given, "none");
      seen.add(played.answer.outcome);
      expect(played.effects.length).toBeLessThanOrEqual(1);
      expect(played).toSatisfy(isTrue);
    }),
    { numRuns: 2000 },
  );
  expect([...seen].toSorted()).toEqual(["blocked", "error", "ok", "unknown"]);
});

it("F1 R14 R95 L7 an effect with an honoured key has one key, and its answer is true", async () => {
  const seen = new Set<string>();
  await fc.assert(
    fc.asyncProperty(CASE, async (given) => {
      const played = await play(given, "honoured");
      seen.add(played.answer.outcome);
      expect(new Set(played.effects.map(({ key }) => key)).size).toBeLessThanOrEqual(1);
      expect(played).toSatisfy(isTrue);
    }),
    { numRuns: 2000 },
  );
  expect([...seen].toSorted()).toEqual(["blocked", "error", "ok", "unknown"]);
});
