// Owns that an effect of a child asks for what all above it are and may do at that moment, whatever the
// child itself was told (L8, R42).
import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AuthorityView } from "../../contract/effect-api.ts";
import type { EffectQuestion } from "../../contract/effect-port.ts";
import type { ToolRequest } from "../../contract/tool.ts";
import { createJudge } from "../../core/grant/judge-authority.ts";
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
  resource: ({ order }) => `order/${order}`,
  execute: () => "paid",
});
const request: ToolRequest = {
  v: 1,
  taskUid: "uid-child",
  taskId: "child",
  agent: "low",
  operationId: "uid-child/1/0/1",
  tool: "pay",
  argumentsDigest: "a".repeat(64),
  arguments: { text: '{"order":"7"}' },
  issuedAt: 0,
  wakeAfterMs: 30_000,
};

const view = (name: string, more: Partial<AuthorityView> = {}): AuthorityView => ({
  taskUid: `uid-${name}`,
  status: "running",
  cancelling: false,
  compensating: false,
  ...more,
});
const below = (agent: string, name: string) => ({
  parent: { agent, taskId: name, taskUid: `uid-${name}` },
});
const issued = {
  operation: {
    state: "issued",
    attempt: 1,
    argumentsDigest: request.argumentsDigest,
    tool: "pay",
    toolVersion: "1",
    approved: false,
  },
};

async function asked(
  above: { readonly parent?: Partial<AuthorityView>; readonly first?: Partial<AuthorityView> },
  verb: EffectQuestion["verb"] = "execute",
) {
  const views = new Map([
    [
      "low/child",
      view("child", { ...issued, compensating: verb === "compensate", ...below("mid", "parent") }),
    ],
    ["mid/parent", view("parent", { ...below("top", "first"), ...above.parent })],
    ["top/first", view("first", above.first)],
  ]);
  const read: string[] = [];
  const check = createCheckAuthority({
    judge: createJudge({
      version: POLICY,
      decide: () => ({ decision: "allow", policyVersion: POLICY, policies: [] }),
    }),
    policyVersion: POLICY,
    readAuthority: async ({ agent, taskId }) => {
      read.push(`${agent}/${taskId}`);
      const found = views.get(`${agent}/${taskId}`);
      if (found === undefined) throw new Error("nobody answers");
      return found;
    },
  });
  const input = { order: "7" };
  const signal = new AbortController().signal;
  const answer = await check(request, tool, { verb, input, arguments: input, signal });
  return { answer, read };
}

describe("R42 L8 an effect of a grandchild", () => {
  it("asks everybody above, and is made where all of them may", async () => {
    const grants = [{ id: "g", tool: "pay", resource: "order/*" }];
    const { answer, read } = await asked({ parent: { grants }, first: { grants } });
    expect(answer).toMatchObject({ outcome: "permitted" });
    expect(read).toEqual(["low/child", "mid/parent", "top/first"]);
  });

  const other = [{ id: "g", tool: "pay", resource: "order/8" }];
  const expired = [{ id: "g", tool: "pay", expiresAt: 1 }];
  it.each([
    ["its parent is quarantined", { parent: { hold: "quarantined" } }, "stopped"],
    ["the first of all is quarantined", { first: { hold: "quarantined" } }, "stopped"],
    ["the first of all has ended", { first: { status: "killed" } }, "cancelled"],
    ["the first of all comes to its end", { first: { cancelling: true } }, "cancelled"],
    ["its parent is another task by now", { parent: { taskUid: "x" } }, "cancelled"],
    ["its parent may not do it any more", { parent: { grants: [] } }, "denied"],
    ["the first of all may not do it to this order", { first: { grants: other } }, "denied"],
    ["a grant above has expired", { first: { grants: expired } }, "credential"],
  ] as const)("is not made while %s", async (_, above, code) => {
    const { answer } = await asked(above);
    expect(answer).toMatchObject({ outcome: "blocked", code });
  });

  it("is undone without the grants of those above, but not while they are frozen", async () => {
    const gone = { status: "killed", grants: [] } as const;
    expect((await asked({ parent: gone }, "compensate")).answer).toMatchObject({
      outcome: "permitted",
    });
    const frozen = { first: { hold: "quarantined" } } as const;
    expect((await asked(frozen, "compensate")).answer).toMatchObject({ code: "stopped" });
  });

  it("is not made while somebody above cannot be asked", async () => {
    await expect(asked({ first: { ...below("gone", "nobody") } })).rejects.toThrow(
      "nobody answers",
    );
  });
});
