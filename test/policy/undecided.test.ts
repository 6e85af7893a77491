// Whatever policy cannot decide is denied (R48), and grants and policy judge a call together.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createJudge } from "../../core/grant/judge-authority.ts";
import { createPolicyEngine } from "../../services/policy/policy-engine.ts";
import { CALL, decide, NOW, TASK } from "./questions.ts";

describe("what cannot be decided", () => {
  const strict = createPolicyEngine({
    policies: `
      @id("all") permit (principal, action, resource);
      @id("limit") forbid (principal, action, resource)
      when { context.arguments has amount && context.arguments.amount > 100 };`,
  });

  it.each<[string, unknown]>([
    ["a fraction where a whole number is compared", { amount: 99.5 }],
    ["a number that Cedar does not know", { amount: 1e300 }],
    ["a fraction beyond four digits", { amount: 0.000_01 }],
    ["a text", { amount: "99" }],
    ["a list", { amount: [99] }],
    [
      "words that Cedar's JSON takes for an entity",
      { amount: { __entity: { type: "A", id: "b" } } },
    ],
    ["words that it takes for a function", { amount: { __extn: { fn: "decimal", arg: "1.0" } } }],
    ["not a number", { amount: Number.NaN }],
    ["half a character", { amount: 1, note: "\ud800" }],
    ["a big integer", { amount: 10n }],
    ["arguments without an end", deep(100_000)],
  ])("R48 R96: %s is denied, and says so", (_, given) => {
    const decision = decide(strict, "run", { effect: "read", arguments: given });
    expect(decision).toMatchObject({
      decision: "deny",
      policyVersion: strict.version,
      policies: [],
    });
    expect(decision.errors).toHaveLength(1);
  });

  it("R48: what fits is allowed, and null is absent", () => {
    for (const given of [{ amount: 100 }, { amount: null }, {}, { amount: -0 }]) {
      expect(decide(strict, "run", { arguments: given }).decision).toBe("allow");
    }
    expect(decide(strict, "run", { arguments: { amount: 101 } }).policies).toEqual(["limit"]);
  });

  it("R48: a time that is none is denied where policy looks at it", () => {
    const engine = createPolicyEngine({
      policies: `forbid (principal, action, resource)
        when { context.now < datetime("2000-01-01") };`,
    });
    expect(decide(engine, "propose").decision).toBe("allow");
    expect(decide(engine, "propose", {}, Number.NaN)).toMatchObject({ errors: ["engine"] });
  });

  it("R48: no arguments make the engine throw, and none get past a policy that fails", () => {
    const guarded = createPolicyEngine({
      policies: `@id("all") permit (principal, action, resource);
        @id("broken") forbid (principal, action, resource)
        when { context.arguments has x && 1 + context.arguments.x == true + 1 };`,
    });
    fc.assert(
      fc.property(fc.anything(), (x) => {
        const decision = decide(guarded, "run", { effect: "read", arguments: { x } });
        // Absent as far as JSON goes; else the policy fails on it.
        if (x === null || x === undefined) return;
        expect(decision).toMatchObject({ decision: "deny" });
        expect(decision.errors).toBeDefined();
      }),
    );
  });
});

describe("grants and policy together", () => {
  const question = { task: TASK, call: CALL, approved: false, now: NOW };
  const grants = [{ id: "g", tool: "refund_order" }];
  const judge = createJudge(createPolicyEngine());

  it("R42 R48: run, approve or deny, with what decided", () => {
    expect(judge({ ...question, grants })).toMatchObject({ verdict: "approve", grantId: "g" });
    expect(judge({ ...question, grants, approved: true })).toMatchObject({ verdict: "run" });
    const read = { ...CALL, effect: "read" } as const;
    expect(judge({ ...question, grants, call: read })).toMatchObject({
      verdict: "run",
      code: "allowed",
      policies: ["holdfast.read-runs"],
    });
  });

  it("R42 R43: outside of the grants nothing helps, not even an approval", () => {
    const refused = { verdict: "deny", code: "not_granted", scope: "tool" };
    expect(judge({ ...question, grants: [], approved: true })).toMatchObject(refused);
    const expired = [{ id: "g", tool: "*", expiresAt: NOW }];
    const late = { verdict: "deny", code: "grant_expired", scope: "expiry" };
    expect(judge({ ...question, grants: expired, approved: true })).toMatchObject(late);
    // A fresh grant would continue it, and this is what it would need then.
    expect(judge({ ...question, grants: expired })).toMatchObject({ ...late, gated: true });
    const read = { ...CALL, effect: "read" } as const;
    expect(judge({ ...question, grants: expired, call: read })).toMatchObject({ gated: false });
  });

  it("R48: a policy that forbids or fails denies with and without an approval", () => {
    const forbids = createJudge(
      createPolicyEngine({ policies: '@id("no") forbid (principal, action, resource);' }),
    );
    const fails = createJudge({
      version: "v",
      decide: () => ({ decision: "deny", policyVersion: "v", policies: [], errors: ["engine"] }),
    });
    for (const approved of [false, true]) {
      expect(forbids({ ...question, grants, approved })).toMatchObject({
        verdict: "deny",
        code: "policy_denied",
        reason: "policy denies this call: policy no",
      });
      expect(fails({ ...question, grants, approved })).toMatchObject({
        verdict: "deny",
        code: "policy_failed",
      });
    }
  });
});

function deep(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = { amount: value };
  return value;
}
