// Owns what the digest of a proposed call binds a decision to.
import fc from "fast-check";
import { expect, it } from "vitest";
import { EFFECT_CLASSES } from "../../contract/effect-class.ts";
import type { Proposal } from "../../core/proposal.ts";
import { proposalDigest } from "../../core/proposal.ts";
import { asksFor, call, startedTask } from "./core-task.ts";

const word = fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" });
const proposal: fc.Arbitrary<Proposal> = fc.record({
  taskUid: word,
  operationId: word,
  tool: word,
  toolVersion: word,
  effect: fc.constantFrom(...EFFECT_CLASSES),
  argumentsDigest: fc.stringMatching(/^[0-9a-f]{64}$/),
});
const part = fc.constantFrom<(keyof Proposal)[]>(
  "taskUid",
  "operationId",
  "tool",
  "toolVersion",
  "effect",
  "argumentsDigest",
);

it("R33 another task, operation, tool, version, class or argument is another digest", () => {
  fc.assert(
    fc.property(proposal, proposal, part, (one, other, name) => {
      fc.pre(one[name] !== other[name]);
      expect(proposalDigest({ ...one, [name]: other[name] })).not.toBe(proposalDigest(one));
    }),
  );
});

it("R33 what is moved from one part to the next is another digest", () => {
  const one = { taskUid: "t", operationId: "o", tool: "ab", toolVersion: "c" };
  const rest = { effect: "financial", argumentsDigest: "0".repeat(64) } as const;
  const moved = { ...one, tool: "a", toolVersion: "bc" };
  expect(proposalDigest({ ...moved, ...rest })).not.toBe(proposalDigest({ ...one, ...rest }));
});

it("is the same whatever the order of its parts, and whatever stands beside them", () => {
  fc.assert(
    fc.property(proposal, fc.nat(), (one, beside) => {
      const turned = Object.fromEntries(Object.entries(one).toReversed()) as unknown as Proposal;
      const wider: Proposal & { beside: number } = { ...turned, beside };
      expect(proposalDigest(wider)).toBe(proposalDigest(one));
    }),
  );
});

it("R33 each call that needs a person is proposed with the digest of exactly this call", () => {
  const task = startedTask();
  task.hear(asksFor(call("a", "pay", 1), call("b", "look", 1), call("c", "pay", 2)));
  const proposed = task.all("approval.requested").map(({ data }) => data);
  expect(proposed.map((each) => each.callId)).toEqual(["a", "c"]);
  for (const { digest, ...data } of proposed) {
    expect(digest).toBe(proposalDigest({ ...data, taskUid: task.head.taskUid }));
  }
  expect(new Set(proposed.map((each) => each.digest)).size).toBe(2);
});
