// Owns the tests of the verb `reconcile`: what it is given, which answers count and when, and
// what becomes of an author's code that fails in it.
import { describe, expect, it } from "vitest";
import type { AnyTool } from "../../contract/tool.ts";
import { sha256 } from "../../core/digest.ts";
import { reconcileEffect } from "../../services/tool-host/reconcile-effect.ts";
import { toolFailure } from "../../tools/tool-failure.ts";
import { runnerOf } from "./host-runner.ts";
import { fault, NOBODY, type PaySpec, payTool, throws } from "./pay-tool.ts";
import { requestFor } from "./tool-caller.ts";

describe("R13 R95 reconcile", () => {
  const reconcile = async (tool: AnyTool, notBefore?: (now: number) => number, options = {}) => {
    const runner = runnerOf(tool, options);
    const request = {
      ...requestFor("pay", { cents: 5 }),
      ...(notBefore === undefined ? {} : { notBefore: notBefore(runner.clock.now()) }),
    };
    return {
      ...runner,
      request,
      answer: await reconcileEffect(runner.host, request, runner.steps),
    };
  };

  it("is given the key that execute had, and settles what it finds", async () => {
    const keys: string[] = [];
    const tool = payTool({
      reconcile: ({ cents }, { idempotencyKey }) => {
        keys.push(idempotencyKey);
        return { outcome: "applied", result: { paid: cents } };
      },
    });
    const { answer, request, names } = await reconcile(tool);
    expect(answer).toMatchObject({
      v: 1,
      toolVersion: "4",
      outcome: "ok",
      result: { text: '{"paid":5}' },
      mediaType: "application/json",
    });
    expect(keys).toEqual([sha256(request.operationId)]);
    expect(names).toEqual(["reconcile"]);
  });

  it("is asked again once nothing can be under way, when it says too early that it was not applied", async () => {
    let asked = 0;
    const tool = payTool({
      reconcile: () => {
        asked += 1;
        return { outcome: "not-applied" };
      },
    });
    const { answer, names, request } = await reconcile(tool, (now) => now + 30_000);
    expect(answer).toMatchObject({ outcome: "not-applied" });
    expect(answer.startedAt).toBeGreaterThanOrEqual(request.notBefore ?? Infinity);
    expect(names).toEqual(["reconcile", "wait-until-nothing-is-under-way", "reconcile"]);
    expect(asked).toBe(2);
  });

  it("may find then what it did not find before; applied counts at any time", async () => {
    let asked = 0;
    const tool = payTool({
      reconcile: () => {
        asked += 1;
        return asked === 1
          ? { outcome: "not-applied" }
          : { outcome: "applied", result: { paid: 5 } };
      },
    });
    expect((await reconcile(tool, (now) => now + 1)).answer).toMatchObject({ outcome: "ok" });
    const { names, answer } = await reconcile(tool, (now) => now + 30_000);
    expect(answer).toMatchObject({ outcome: "ok" });
    expect(names).toEqual(["reconcile"]);
  });

  it.each<[string, Partial<PaySpec>, string]>([
    ["there is none", {}, "the tool has no reconcile, so nobody can be asked"],
    [
      "it cannot tell",
      { reconcile: () => ({ outcome: "unknown", reason: "the bank is closed" }) },
      "the bank is closed",
    ],
    [
      "it fails in each attempt",
      { reconcile: fault },
      "reconcile failed in each of 3 attempts; in the last one: TypeError",
    ],
    [
      "it says so as a failure",
      { reconcile: throws(toolFailure("closed", "Ask later.")) },
      "closed: Ask later.",
    ],
    [
      "it answers in a form of its own",
      { reconcile: (() => "applied") as never },
      "reconcile returned none of",
    ],
    [
      "what it found fails the output schema",
      { reconcile: () => ({ outcome: "applied", result: { paid: "5" } as never }) },
      "invalid_output: ",
    ],
  ])("L7 leaves it unknown when %s, and says why", async (_, spec, reason) => {
    const { answer, logged } = await reconcile(payTool(spec), (now) => now + 1000);
    expect(answer).toMatchObject({ outcome: "unknown", reason: expect.stringContaining(reason) });
    expect(JSON.stringify([answer, logged])).not.toContain("hunter2");
  });

  it("is a read: nobody is asked for authority, and its fetch is free", async () => {
    const tool = payTool({
      reconcile: async (_, { beginEffect }) => {
        await beginEffect();
        return { outcome: "not-applied" };
      },
    });
    expect((await reconcile(tool, undefined, NOBODY)).answer).toMatchObject({
      outcome: "not-applied",
    });
  });
});
