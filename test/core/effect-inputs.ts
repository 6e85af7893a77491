// Owns what may happen to a task whose model wants effects and little else, as fast-check draws it:
// outcomes that are lost, unknown or blocked, people who state and retry, and time that passes.
import fc from "fast-check";
import { BLOCK_CODES } from "../../contract/tool.ts";
import type { ToolOutcome } from "../../core/transition/tool-outcome.ts";
import {
  asksFor,
  call,
  isBlocked,
  LOST,
  returnsError,
  returnsOk,
  returnsUnknown,
  says,
} from "./core-task.ts";
import type { Input, Reply } from "./inputs.ts";
import { answer, pick, undo } from "./inputs.ts";

const wanted = fc.record({
  name: fc.constantFrom("write", "wire", "sign", "sign", "pay", "peek"),
  // Few are equal, or the turn would be seen as a loop.
  n: fc.nat(1_000),
});

const model: fc.Arbitrary<Reply["model"]> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .array(wanted, { minLength: 1, maxLength: 3 })
      .map((calls) => asksFor(...calls.map(({ name, n }, index) => call(`c-${index}`, name, n)))),
  },
  { weight: 1, arbitrary: fc.constant(says("Done.")) },
);

const outcome: fc.Arbitrary<ToolOutcome> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(returnsOk("one")) },
  { weight: 1, arbitrary: fc.constant(returnsError("not_found")) },
  { weight: 3, arbitrary: fc.constantFrom(returnsUnknown(), returnsUnknown(75_000)) },
  { weight: 2, arbitrary: fc.constant(LOST) },
  { weight: 2, arbitrary: fc.constantFrom(...BLOCK_CODES).map((code) => isBlocked(code)) },
);

const reply: fc.Arbitrary<Reply> = fc.record({
  model,
  tools: fc.array(fc.record({ pick, outcome, answer }), { minLength: 1, maxLength: 4 }),
  undo,
});

/** Inputs of one kind, with so much weight. */
function some(weight: number, arbitrary: fc.Arbitrary<Input>) {
  return { weight, arbitrary };
}

const input: fc.Arbitrary<Input> = fc.oneof(
  some(
    16,
    fc.record({
      do: fc.constant("work" as const),
      replies: fc.array(reply, { minLength: 1, maxLength: 5, size: "max" }),
      lost: fc.nat(9).map((n) => n === 0),
    }),
  ),
  some(6, fc.record({ do: fc.constant("open-approval" as const), pick })),
  some(
    6,
    fc.record({
      do: fc.constant("settle-approval" as const),
      pick,
      verdict: fc.constantFrom("approve" as const, "approve", "approve", "edit", "stale"),
    }),
  ),
  some(6, fc.record({ do: fc.constant("timer" as const), late: fc.nat(9).map((n) => n === 0) })),
  some(
    3,
    fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(1_000, 70_000, 200_000) }),
  ),
  some(
    5,
    fc.record({
      do: fc.constant("settle" as const),
      pick,
      outcome: fc.constantFrom("applied" as const, "not-applied", "not-applied"),
    }),
  ),
  some(
    3,
    fc.record({ do: fc.constant("retry" as const), pick: fc.option(pick, { nil: undefined }) }),
  ),
  some(2, fc.record({ do: fc.constant("tool-done" as const), pick })),
  some(1, fc.record({ do: fc.constant("recover" as const), park: fc.boolean() })),
  some(1, fc.constant({ do: "message" })),
  some(2, fc.constant({ do: "rollback" })),
  some(
    1,
    fc.record({ do: fc.constant("cancel" as const), compensate: fc.nat(4).map((n) => n > 0) }),
  ),
);

export const effectInputs: fc.Arbitrary<readonly Input[]> = fc.array(input, {
  minLength: 6,
  maxLength: 40,
  size: "max",
});
