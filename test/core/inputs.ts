// Owns what may happen to a task, as fast-check draws it: commands, wakes and the work of a
// segment with whatever its model and its tools come back with.
import fc from "fast-check";
import type { ControlVerb } from "../../contract/control.ts";
import type { MessageMode } from "../../contract/message.ts";
import type { AnswerCall, ModelOutcome } from "../../contract/model.ts";
import { BLOCK_CODES } from "../../contract/tool.ts";
import type { CompensateOutcome } from "../../core/transition/compensation.ts";
import type { ToolOutcome } from "../../core/transition/tool-outcome.ts";
import type { ReconcileOutcome } from "../../core/transition/unknown-effect.ts";
import type { RefusalCode } from "./core-task.ts";
import {
  answered,
  asksFor,
  badCall,
  becomes,
  call,
  finds,
  isBlocked,
  LOST,
  returnsError,
  returnsOk,
  returnsUnknown,
  says,
  TOOLS,
  trouble,
} from "./core-task.ts";

/** What an approval comes to tell, or what claims to be one of its notices. */
export type Verdict =
  | "approve"
  | "reject"
  | "edit"
  | "other-call"
  | "another-request"
  | "garbage"
  | "refused"
  | "expired"
  | "stale";

export type Input =
  | { readonly do: "message"; readonly mode?: MessageMode }
  /** `pick` chooses one of the open operations, where the verb is about one. */
  | { readonly do: "control"; readonly verb: ControlVerb; readonly pick: number }
  | { readonly do: "cancel"; readonly compensate: boolean }
  | { readonly do: "rollback" }
  | { readonly do: "wait"; readonly ms: number }
  /** `pick` chooses one of the open operations, or none for `retry`. */
  | { readonly do: "settle"; readonly pick: number; readonly outcome: "applied" | "not-applied" }
  | { readonly do: "retry"; readonly pick: number | undefined }
  | { readonly do: "recover"; readonly park: boolean }
  | { readonly do: "timer"; readonly late: boolean }
  /** `pick` chooses one of the open operations. */
  | { readonly do: "tool-done"; readonly pick: number }
  | { readonly do: "open-approval"; readonly pick: number }
  | { readonly do: "settle-approval"; readonly pick: number; readonly verdict: Verdict }
  /** A segment, if one is due: each thing it does is answered by the next of these. */
  | { readonly do: "work"; readonly replies: readonly Reply[]; readonly lost: boolean };

/** What a segment is answered with, whichever thing it does next. */
export interface Reply {
  readonly model: ModelOutcome | "aborted";
  /** In the order in which they return; calls without an outcome here stay in flight. */
  readonly tools: readonly {
    readonly pick: number;
    readonly outcome: ToolOutcome;
    /** In its place where the tool is asked about an unknown effect. */
    readonly answer: ReconcileOutcome;
  }[];
  readonly undo: CompensateOutcome;
}

interface RawCall {
  readonly id: string;
  readonly name: string;
  readonly n: number;
  readonly bad: RefusalCode | undefined;
}

const rawCall: fc.Arbitrary<RawCall> = fc.record({
  id: fc.constantFrom("a", "b", "c", "d", "e"),
  name: fc.constantFrom(...TOOLS.map((each) => each.name)),
  n: fc.nat(1),
  bad: fc.oneof(
    { weight: 9, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<RefusalCode[]>("unknown_tool", "invalid_json", "too_many_calls"),
    },
  ),
});

/** Calls as the judgement leaves them: ids are unique, and the first call binds its id (F5). */
function judged(raw: readonly RawCall[]): AnswerCall[] {
  const seen = new Map<string, { times: number; readonly first: RawCall }>();
  return raw.map((each) => {
    const { id, name, n } = each;
    const bound = seen.get(id);
    const callId = bound === undefined ? id : `${id}~${(bound.times += 1)}`;
    if (bound === undefined) seen.set(id, { times: 1, first: each });
    const { first } = bound ?? { first: each };
    if (first.name !== name || first.n !== n) return badCall(callId, name, "duplicate_call_id");
    // The same call again is as good or as bad as the first.
    return first.bad === undefined ? call(callId, name, n) : badCall(callId, name, first.bad);
  });
}

const calls = fc
  .oneof(
    { weight: 8, arbitrary: fc.array(rawCall, { minLength: 1, maxLength: 4 }) },
    { weight: 1, arbitrary: fc.array(rawCall, { minLength: 1, maxLength: 64 }) },
  )
  .map(judged);

const model: fc.Arbitrary<Reply["model"]> = fc.oneof(
  { weight: 24, arbitrary: calls.map((each) => asksFor(...each)) },
  { weight: 2, arbitrary: fc.constant(says("Done.")) },
  { weight: 1, arbitrary: fc.constantFrom(answered({}), says("  ")) },
  { weight: 1, arbitrary: fc.constant(answered({ refusal: "I will not." })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(calls, fc.constantFrom("length", "content-filter"))
      .map(([asked, finish]) => answered({ calls: asked, finish })),
  },
  {
    weight: 1,
    arbitrary: fc.constant(
      answered({ text: { text: "{}" }, output: { ok: false, message: "n: is missing" } }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom("wait", "wait", "operator", "terminal"), fc.nat(40_000))
      .map(([kind, durationMs]) => trouble(kind as "wait", durationMs)),
  },
  { weight: 1, arbitrary: fc.constant("aborted") },
);

const toolOutcome: fc.Arbitrary<ToolOutcome> = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("one", "two").map(returnsOk) },
  { weight: 2, arbitrary: fc.constant(returnsError("not_found")) },
  { weight: 1, arbitrary: fc.constantFrom(returnsUnknown(), returnsUnknown(100_000)) },
  { weight: 1, arbitrary: fc.constant(LOST) },
  { weight: 1, arbitrary: fc.constantFrom(...BLOCK_CODES).map((code) => isBlocked(code)) },
);

export const answer: fc.Arbitrary<ReconcileOutcome> = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(finds("applied"), finds("unknown")) },
  { weight: 3, arbitrary: fc.constant(finds("not-applied")) },
  { weight: 1, arbitrary: fc.constantFrom(LOST, isBlocked("credential")) },
);

export const undo: fc.Arbitrary<CompensateOutcome> = fc.oneof(
  { weight: 3, arbitrary: fc.constant(becomes("undone")) },
  { weight: 1, arbitrary: fc.constantFrom(becomes("committed"), becomes("unknown")) },
  { weight: 1, arbitrary: fc.constantFrom(LOST, isBlocked("stopped")) },
);

export const pick = fc.nat(63);

const reply: fc.Arbitrary<Reply> = fc.record({
  model,
  tools: fc.array(fc.record({ pick, outcome: toolOutcome, answer }), {
    maxLength: 6,
    size: "max",
  }),
  undo,
});

const verdict = fc.constantFrom<Verdict[]>(
  "approve",
  "approve",
  "approve",
  "reject",
  "edit",
  "other-call",
  "another-request",
  "garbage",
  "refused",
  "expired",
  "stale",
);

export const input: fc.Arbitrary<Input> = fc.oneof(
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant("work" as const),
      replies: fc.array(reply, { minLength: 2, maxLength: 8, size: "max" }),
      lost: fc.nat(9).map((n) => n === 0),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant("open-approval" as const), pick }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant("settle-approval" as const), pick, verdict }),
  },
  { weight: 3, arbitrary: fc.constant({ do: "message" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("timer" as const),
      late: fc.nat(3).map((n) => n === 0),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("tool-done" as const), pick }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("recover" as const),
      park: fc.nat(3).map((n) => n === 0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("cancel" as const),
      compensate: fc.nat(3).map((n) => n > 0),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: "rollback" as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(1_000, 70_000, 200_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant("settle" as const),
      pick,
      outcome: fc.constantFrom("applied" as const, "not-applied" as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("retry" as const),
      pick: fc.option(pick, { nil: undefined }),
    }),
  },
);

export const inputs: fc.Arbitrary<readonly Input[]> = fc.array(input, {
  maxLength: 30,
  size: "max",
});
