// Owns what may be done to an approval, by whom and when, in any order: stories for properties,
// played on core/approval.
import fc from "fast-check";
import type { ApprovalNotice, ApprovalPackage, Deciders } from "../../../contract/approval.ts";
import { ruleProblem } from "../../../core/approval/rule.ts";
import { packageOf } from "./approval-package.ts";
import type { Answer, Story } from "./story.ts";
import { editTo, storyOf } from "./story.ts";

const PERSONS = ["ada", "ben", "cleo", "rita", "owen", "Ada", "Owen", "desk", undefined] as const;
const person = fc.constantFrom(...PERSONS);
/** A request begins here and ends so much later, in milliseconds. */
export const EXPIRY = 1_000;
export const START = 1_000;
// Mostly in time, sometimes far before and after, so that the clock goes back as well.
const time = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: START, max: START + EXPIRY }) },
  { weight: 1, arbitrary: fc.constantFrom(0, START + EXPIRY - 1, START + EXPIRY, 10 * EXPIRY) },
);

const named = fc.subarray(["ada", "ben", "cleo", "rita", "owen"], { minLength: 1 });
const deciders: fc.Arbitrary<Deciders> = fc.oneof(fc.constant("anyone" as const), named);
export const approvals: fc.Arbitrary<ApprovalPackage> = fc
  .record({
    deciders,
    quorum: fc.constantFrom(1, 1, 2, 3),
    separationOfDuties: fc.boolean(),
    bareAwakeable: fc.boolean(),
    escalation: fc.oneof(
      fc.constant([]),
      fc.tuple(fc.record({ afterMs: fc.constant(300), deciders })),
      fc.constant([{ afterMs: 200 }, { afterMs: 600, deciders: ["cleo"] }]),
    ),
  })
  .map((rule) => packageOf({ owner: "owen", rule: { ...rule, expiresAfterMs: EXPIRY } }))
  .filter(({ rule }) => ruleProblem(rule) === undefined);

export type Act =
  | {
      readonly do: "approve" | "reject" | "ask";
      readonly by: string | undefined;
      readonly old: boolean;
    }
  | { readonly do: "edit"; readonly by: string | undefined; readonly what: string }
  | {
      readonly do: "resolve";
      readonly by: string | undefined;
      readonly verdict: "approve" | "reject";
    }
  | { readonly do: "nonsense" | "withdraw" | "change" | "expire" }
  | { readonly do: "rung"; readonly rung: number };
const often = <T>(arbitrary: fc.Arbitrary<T>) => ({ weight: 4, arbitrary });
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constantFrom("approve" as const),
      by: person,
      old: fc.boolean(),
    }),
  },
  often(
    fc.record({
      do: fc.constantFrom("reject" as const, "ask" as const),
      by: person,
      old: fc.constant(false),
    }),
  ),
  often(
    fc.record({ do: fc.constant("edit" as const), by: person, what: fc.constantFrom("x", "y") }),
  ),
  often(
    fc.record({
      do: fc.constant("resolve" as const),
      by: person,
      verdict: fc.constantFrom("approve" as const, "reject" as const),
    }),
  ),
  fc.record({
    do: fc.constantFrom(
      "nonsense" as const,
      "withdraw" as const,
      "change" as const,
      "expire" as const,
    ),
  }),
  fc.record({ do: fc.constant("rung" as const), rung: fc.constantFrom(0, 1) }),
);
export const acts = fc.array(fc.tuple(act, time), { maxLength: 24 });

export interface Step {
  readonly act: Act;
  readonly now: number;
  readonly before: Story["head"];
  readonly answer: Answer | undefined;
  /** What came of it. */
  readonly notices: readonly ApprovalNotice[];
}

export function play(given: ApprovalPackage, sequence: readonly (readonly [Act, number])[]) {
  const story = storyOf(given);
  const first = story.head.digest;
  const steps = sequence.map(([each, now]): Step => {
    const before = story.head;
    const from = story.notices.length;
    const answer = perform(story, each, first, now);
    return { act: each, now, before, answer, notices: story.notices.slice(from) };
  });
  return { story, steps };
}

function perform(story: Story, each: Act, first: string, now: number): Answer | undefined {
  const by = "by" in each && each.by !== undefined ? { by: each.by } : {};
  switch (each.do) {
    case "approve":
    case "reject":
      return story.decide(
        { ...by, decision: each.do, ...(each.old ? { digest: first } : {}) },
        now,
      );
    case "ask":
      return story.decide({ ...by, decision: "ask", question: "why?" }, now);
    case "edit":
      return story.decide({ ...by, ...editTo(each.what) }, now);
    case "resolve":
      story.resolve({ ...by, decision: each.verdict }, now);
      return undefined;
    case "nonsense":
      story.resolve("no decision", now);
      return undefined;
    case "withdraw":
      story.withdraw(now);
      return undefined;
    case "change":
      story.changed([{ what: "precondition", captured: "a", now: "b" }], now);
      return undefined;
    case "expire":
      story.tick("expiry", now);
      return undefined;
    case "rung":
      story.tick({ rung: Math.min(each.rung, story.head.rule.escalation.length - 1) }, now);
      return undefined;
  }
}
