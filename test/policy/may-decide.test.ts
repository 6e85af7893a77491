// Policy's word on who may approve, as the approval object asks it (R35, R48).
import { describe, expect, it } from "vitest";
import type { ApprovalPackage } from "../../contract/approval.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { EffectClass } from "../../contract/effect-class.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { createMayDecide } from "../../services/policy/may-decide.ts";
import { createPolicyEngine } from "../../services/policy/policy-engine.ts";

const engine = createPolicyEngine({
  policies: `
    @id("big-needs-the-chief")
    forbid (principal, action == Action::"approve", resource)
    when { context.arguments has amount && context.arguments.amount > 100 }
    unless { principal == Person::"chief" };
    @id("not-your-own-word")
    forbid (principal, action == Action::"approve", resource)
    when { context has requester && context.requester == principal };
    @id("claims-bind")
    forbid (principal, action == Action::"approve", resource) when { context has claimedBy };`,
});
const store = createMemoryArtifactStore();
const large = await store
  .ofTenant(undefined)
  .put(new TextEncoder().encode('{"amount":101}'), "application/json");

async function ask(
  by: string | undefined,
  given: StoredText,
  effect: EffectClass = "financial",
  claimed: { readonly claimedBy?: string } = {},
): Promise<boolean> {
  const approval: ApprovalPackage = {
    v: 1,
    operationId: "uid/1/0/1",
    request: 1,
    requester: { agent: "desk", taskId: "t", taskUid: "uid", by: "bob", persons: ["bob", "sid"] },
    call: {
      tool: "refund",
      toolVersion: "1",
      effect,
      arguments: given,
      argumentsDigest: "",
      agentVersion: "1",
      policyVersion: engine.version,
    },
    evidence: { events: [], artifacts: [] },
    rule: engine.ruleFor({ tool: "refund", effect }),
    requestedAt: 0,
  };
  const whose = by === undefined ? {} : { by };
  const question = { decision: "approve", approval, ...whose, ...claimed } as const;
  const verdict = await createMayDecide(engine, store)(question);
  expect(verdict.policyVersion).toBe(engine.version);
  return verdict.allowed;
}

describe("who may approve", () => {
  it("R35 R48: policy sees the person, the requester and the arguments, also large ones", async () => {
    expect(await ask("ann", { text: '{"amount":100}' })).toBe(true);
    expect(await ask("bob", { text: '{"amount":100}' })).toBe(false);
    // Who steered the turn is a requester too.
    expect(await ask("sid", { text: '{"amount":100}' })).toBe(false);
    expect(await ask("ann", { artifact: large })).toBe(false);
    expect(await ask("chief", { artifact: large })).toBe(true);
  });

  it("R97 a claim of another binds where policy says so", async () => {
    const given = { text: "{}" };
    expect(await ask("ann", given, "financial", { claimedBy: "zoe" })).toBe(false);
    expect(await ask("ann", given, "financial", {})).toBe(true);
  });

  it("R36 R48: holding the awakeable's id is not enough for an administrative call", async () => {
    expect(await ask(undefined, { text: "{}" })).toBe(true);
    expect(await ask(undefined, { text: "{}" }, "administrative")).toBe(false);
    expect(await ask("ann", { text: "{}" }, "administrative")).toBe(true);
  });

  it("R48 R96: arguments that can be read in two ways are approved by nobody", async () => {
    expect(await ask("chief", { text: '{"amount":1,"amount":1000}' })).toBe(false);
    expect(await ask("chief", { text: "not json" })).toBe(false);
  });
});
