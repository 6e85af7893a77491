// Owns that an effect begins by what its task is at that moment and by nothing that was true when it was
// issued: not once a cancel was acknowledged, not for another attempt, task, tool or arguments (L8, F17).
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AuthorityView } from "../../contract/effect-api.ts";
import type { EffectQuestion } from "../../contract/effect-port.ts";
import type { ToolRequest } from "../../contract/tool.ts";
import { digestOf } from "../../core/digest.ts";
import { createJudge } from "../../core/grant/judge-authority.ts";
import { proposalDigest } from "../../core/proposal.ts";
import { defineTool } from "../../index.ts";
import { createCheckAuthority } from "../../services/authority/check-authority.ts";

const POLICY = "p".repeat(64);
const tool = defineTool({
  name: "pay",
  description: "Pays.",
  input: z.object({ order: z.string() }),
  output: z.string(),
  effect: "financial",
  approval: "never",
  execute: () => "paid",
});
const request: ToolRequest = {
  v: 1,
  taskUid: "uid",
  taskId: "t",
  agent: "desk",
  operationId: "uid/1/0/1",
  tool: "pay",
  argumentsDigest: "a".repeat(64),
  arguments: { text: '{"order":"7"}' },
  issuedAt: 0,
  wakeAfterMs: 30_000,
};
const issued: NonNullable<AuthorityView["operation"]> = {
  state: "issued",
  attempt: 1,
  argumentsDigest: request.argumentsDigest,
  tool: "pay",
  toolVersion: "1",
  approved: false,
};

type View = Omit<Partial<AuthorityView>, "operation"> & {
  readonly operation?: typeof issued | undefined;
};

async function askedOf(now: View, verb: EffectQuestion["verb"] = "execute") {
  const { operation, ...task } = { operation: issued, ...now };
  const check = createCheckAuthority({
    judge: createJudge({
      version: POLICY,
      decide: () => ({ decision: "allow", policyVersion: POLICY, policies: [] }),
    }),
    policyVersion: POLICY,
    readAuthority: async () => ({
      taskUid: "uid",
      status: "running",
      cancelling: false,
      compensating: false,
      ...task,
      ...(operation === undefined ? {} : { operation }),
    }),
  });
  const input = { order: "7" };
  const { signal } = new AbortController();
  return check(request, tool, { verb, input, arguments: input, signal });
}

describe("F16 F17 R29 R33 R96 L8 an effect of a task", () => {
  it("is made where it waits for exactly this attempt", async () => {
    expect(await askedOf({})).toMatchObject({ outcome: "permitted" });
  });

  it.each<readonly [string, View, string]>([
    ["comes to its end", { cancelling: true }, "cancelled"],
    ["undoes its effects", { compensating: true }, "cancelled"],
    ["is cancelled", { status: "cancelled" }, "cancelled"],
    ["was killed", { status: "killed" }, "cancelled"],
    ["is another task by now, under the same id", { taskUid: "another" }, "cancelled"],
    ["has taken the call back", { operation: undefined }, "cancelled"],
    [
      "waits for a person's word on it",
      { operation: { ...issued, state: "unknown" } },
      "cancelled",
    ],
    ["is frozen", { hold: "quarantined" }, "stopped"],
    ["has recorded another tool", { operation: { ...issued, tool: "wipe" } }, "stale"],
    [
      "has recorded other arguments",
      { operation: { ...issued, argumentsDigest: "b".repeat(64) } },
      "stale",
    ],
  ])("is not made when that %s", async (_, now, code) => {
    expect(await askedOf(now)).toMatchObject({ outcome: "blocked", code });
  });

  it("that was approved is made as it was approved, in every part, or not at all", async () => {
    const digest = proposalDigest({
      taskUid: "uid",
      operationId: request.operationId,
      tool: "pay",
      toolVersion: tool.version,
      effect: "financial",
      argumentsDigest: request.argumentsDigest,
      policyVersion: POLICY,
    });
    const approval = { ...issued, approved: true, policyVersion: POLICY, approvalDigest: digest };
    expect(await askedOf({ operation: approval })).toMatchObject({ outcome: "permitted" });
    for (const change of [
      { approvalDigest: digestOf("something else") },
      { agentVersion: "2" },
      { approvedAs: "uid/1/0/9" },
      { policyVersion: "q".repeat(64) },
    ])
      expect(await askedOf({ operation: { ...approval, ...change } })).toMatchObject({
        outcome: "blocked",
        code: "stale",
      });
  });

  it("is undone only while the task undoes its effects", async () => {
    const undoing = { compensating: true, cancelling: true };
    expect(await askedOf(undoing, "compensate")).toMatchObject({ outcome: "permitted" });
    expect(await askedOf({}, "compensate")).toMatchObject({ code: "cancelled" });
  });
});
