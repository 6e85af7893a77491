// Owns what may happen to a task that people control, as fast-check draws it: every verb, and
// messages of every mode, among all that may happen to any task.
import fc from "fast-check";
import { CONTROL_VERBS } from "../../contract/control.ts";
import type { Input } from "../core/inputs.ts";
import { input, pick } from "../core/inputs.ts";

/** An end is final, so ends are drawn rarely. */
const verb = fc.constantFrom(
  ...CONTROL_VERBS.filter((each) => !["retire", "complete", "kill"].includes(each)),
);
const end = fc.constantFrom("retire" as const, "complete" as const, "kill" as const);

const control: fc.Arbitrary<Input> = fc.oneof(
  { weight: 20, arbitrary: input },
  { weight: 5, arbitrary: fc.record({ do: fc.constant("control" as const), verb, pick }) },
  { weight: 4, arbitrary: fc.constant({ do: "control", verb: "resume", pick: 0 } as const) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("control" as const), verb: end, pick }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("message" as const),
      mode: fc.constantFrom("steer" as const, "interrupt" as const, "queue" as const),
    }),
  },
);

export const controlInputs: fc.Arbitrary<readonly Input[]> = fc.array(control, {
  maxLength: 30,
  size: "max",
});
