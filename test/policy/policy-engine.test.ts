// What the shipped policies say per effect class, what policies of one's own can add, and which
// cannot be used (R45, R48).
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EFFECT_CLASSES } from "../../contract/effect-class.ts";
import type { PolicyCall, PolicyEngine } from "../../contract/policy.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import { POLICY_SCHEMA } from "../../services/policy/default-policies.ts";
import { createPolicyEngine } from "../../services/policy/policy-engine.ts";
import { CALL, decide, NOW, TASK } from "./questions.ts";

function approve(engine: PolicyEngine, effect: PolicyCall["effect"], by: string | undefined) {
  return engine.decide({ action: "approve", task: TASK, call: { ...CALL, effect }, by, now: NOW });
}

describe("the shipped policies", () => {
  const engine = createPolicyEngine();

  it.each(EFFECT_CLASSES)(
    "R45 R48 issue 3: class %s is gated as the policy table says",
    (effect) => {
      const gated = EFFECT_POLICY[effect].approval;
      expect(gated).toBe(effect !== "read");
      expect(decide(engine, "propose", { effect }).decision).toBe("allow");
      expect(decide(engine, "run", { effect }).decision).toBe(gated ? "deny" : "allow");
      expect(decide(engine, "run", { effect, approval: "never" }).decision).toBe("allow");
      expect(decide(engine, "run", { effect, approval: "required" }).decision).toBe("deny");
      expect(approve(engine, effect, "bob").decision).toBe("allow");
      const nameless = effect === "administrative" ? "deny" : "allow";
      expect(approve(engine, effect, undefined).decision).toBe(nameless);
      expect(engine.ruleFor({ tool: "x", effect })).toMatchObject({
        quorum: 1,
        separationOfDuties: true,
        bareAwakeable: effect !== "administrative",
      });
    },
  );

  it("R48: each decision names its policies and the version of the set", () => {
    const decision = decide(engine, "run", { effect: "read" });
    expect(decision).toEqual({
      decision: "allow",
      policyVersion: engine.version,
      policies: ["holdfast.read-runs"],
    });
    expect(engine.version).toMatch(/^[0-9a-f]{64}$/);
  });

  it("R48: the version follows the meaning, not the layout", () => {
    const rule = (quorum: number) =>
      createPolicyEngine({ approvals: { default: { quorum } } }).version;
    const own = (policies: string) => createPolicyEngine({ policies }).version;
    expect(createPolicyEngine().version).toBe(engine.version);
    expect(own("// nothing")).toBe(engine.version);
    const one = '@id("x") forbid (principal, action, resource == Tool::"a");';
    expect(own(one)).toBe(own(`// why\n${one.replaceAll(" ", "\n ")}`));
    expect(own(one)).not.toBe(own(one.replace('"a"', '"b"')));
    expect(rule(2)).not.toBe(rule(1));
  });
});

describe("policies of one's own", () => {
  it("R48: permit more and forbid more, by argument, target, tenant, agent and time", () => {
    const engine = createPolicyEngine({
      policies: `
        @id("small")
        permit (principal in Tenant::"acme", action == Action::"run", resource == Tool::"refund_order")
        when { context.arguments has amountCents && context.arguments.amountCents <= 5000 };
        @id("night")
        forbid (principal in Agent::"refund-desk", action == Action::"run", resource)
        when { context.now.toTime() > duration("18h") };
        @id("archive")
        forbid (principal, action == Action::"propose", resource)
        when { context has target && context.target like "archive/*" };
      `,
    });
    expect(decide(engine, "run")).toMatchObject({ decision: "allow", policies: ["small"] });
    expect(decide(engine, "run", { arguments: { amountCents: 5_001 } }).decision).toBe("deny");
    const late = Date.parse("2026-11-21T19:00:00Z");
    expect(decide(engine, "run", {}, late)).toMatchObject({
      decision: "deny",
      policies: ["night"],
    });
    expect(decide(engine, "propose", { resource: "archive/9" }).policies).toEqual(["archive"]);
    const elsewhere = { ...TASK, tenant: "globex" };
    const question = { action: "run", call: CALL, approved: false, now: NOW } as const;
    expect(engine.decide({ ...question, task: elsewhere }).decision).toBe("deny");
  });

  it("R48 R96: an answer that is remembered is one to the same question", () => {
    const engine = createPolicyEngine({
      policies: `@id("small") permit (principal, action == Action::"run", resource)
        when { context.arguments has amountCents && context.arguments.amountCents <= 5000 };`,
    });
    for (const amountCents of [1, 9_000, 1, 9_000]) {
      const { decision } = decide(engine, "run", { arguments: { amountCents } });
      expect(decision).toBe(amountCents === 1 ? "allow" : "deny");
    }
  });

  it("R48 R96: a policy that names a task tells it from the others", () => {
    for (const named of ["principal ==", "context.task =="]) {
      const engine = createPolicyEngine({
        policies: `@id("one") forbid (principal is Task, action == Action::"propose", resource)
          when { ${named} Task::"uid-2" };`,
      });
      const decideOn = (taskUid: string) => {
        const question = { action: "propose", call: CALL, approved: false, now: NOW } as const;
        return engine.decide({ ...question, task: { ...TASK, taskUid } });
      };
      for (const taskUid of ["uid-1", "uid-2", "uid-1"]) {
        expect(decideOn(taskUid).decision).toBe(taskUid === "uid-2" ? "deny" : "allow");
      }
    }
  });

  it("R48: what looks at the context as a whole is given all of it", () => {
    const engine = createPolicyEngine({
      policies: `@id("odd") forbid (principal, action == Action::"propose", resource)
        when { [context].contains(context) && context.approved == false };`,
    });
    expect(decide(engine, "propose")).toMatchObject({ decision: "deny", policies: ["odd"] });
  });

  it("R48 issue 3: without the shipped ones only what is permitted is allowed", () => {
    const engine = createPolicyEngine({
      defaults: false,
      policies: `permit (principal, action == Action::"propose", resource);`,
    });
    expect(decide(engine, "propose").decision).toBe("allow");
    expect(decide(engine, "run", { effect: "read" })).toMatchObject({
      decision: "deny",
      policies: [],
    });
    expect(() => createPolicyEngine({ defaults: false })).toThrow("every call would be denied");
  });
});

describe("policies that cannot be used", () => {
  let directory = "";
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "holdfast-policy-"));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.each<[string, string, readonly string[]]>([
    [
      "does not parse",
      "// \u00e9\u00e9\n\npermit (principal, action, resource",
      [":3: ", "expected"],
    ],
    ["misspells a variable", "\npermit (principal, actoin, resource);", [":2: ", "actoin"]],
    [
      "misspells an attribute",
      'permit (principal, action, resource) when { resource.efect == "read" };',
      [":1: ", "did you mean `effect`?"],
    ],
    ["names an unknown type", "permit (principal is Clerk, action, resource);", [":1: ", "Clerk"]],
    ["is a template", "permit (principal == ?principal, action, resource);", [":1: a template"]],
    [
      "has an id that is taken",
      '@id("holdfast.propose") permit (principal, action, resource);',
      [":1: the @id", "default-policies:"],
    ],
    [
      "does not ask whether an argument is there",
      "forbid (principal, action, resource) when { context.arguments.amount > 3 };",
      ["ask first whether it is there"],
    ],
  ])(
    "R48 issue 3: one that %s stops the start and names file and line",
    async (name, text, said) => {
      const file = join(directory, `${name.replaceAll(" ", "-")}.cedar`);
      await writeFile(file, text);
      for (const part of [file, ...said]) {
        expect(() => createPolicyEngine({ policies: { files: [file] } })).toThrow(part);
      }
    },
  );

  it("R48: a file that is not there, a schema or a rule that cannot be, stop the start", () => {
    const files = [join(directory, "none.cedar")];
    expect(() => createPolicyEngine({ policies: { files } })).toThrow("cannot be read (ENOENT)");
    expect(() => createPolicyEngine({ schema: "entity {" })).toThrow("policy schema:1");
    const approvals = { byTool: { refund_order: { quorum: 0 } } };
    expect(() => createPolicyEngine({ approvals })).toThrow('tool "refund_order": quorum');
  });

  it("R48: a schema of one's own declares the arguments that policies may use unasked", () => {
    const schema = POLICY_SCHEMA.replaceAll("arguments: {}", "arguments: { amountCents: Long }");
    const policies = `@id("big") forbid (principal, action, resource)
      when { context.arguments.amountCents > 3 };`;
    const engine = createPolicyEngine({ schema, policies });
    expect(decide(engine, "propose").policies).toEqual(["big"]);
    // The tool that has no such argument cannot be judged, so it may not run.
    expect(decide(engine, "propose", { arguments: {} })).toMatchObject({
      decision: "deny",
      errors: ["big"],
    });
  });
});
