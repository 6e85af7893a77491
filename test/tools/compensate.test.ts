// Owns the tests of the verb `compensate`: an effect of its own, with its own key, as fenced as
// the one that it undoes.
import { describe, expect, it } from "vitest";
import type { AnyTool, CompensateRequest, ToolContext } from "../../contract/tool.ts";
import { sha256 } from "../../core/digest.ts";
import { compensateEffect } from "../../services/tool-host/compensate-effect.ts";
import { notApplied } from "../../tools/not-applied.ts";
import { toolFailure } from "../../tools/tool-failure.ts";
import { runnerOf } from "./host-runner.ts";
import { fault, NOBODY, type PaySpec, payTool, throws } from "./pay-tool.ts";
import { requestFor } from "./tool-caller.ts";

describe("R46 compensate", () => {
  const compensate = async (
    tool: AnyTool,
    changes: Partial<CompensateRequest> = {},
    options = {},
  ) => {
    const runner = runnerOf(tool, options);
    const request = {
      ...requestFor("pay", { cents: 5 }),
      result: { text: '{"paid":5}' },
      mediaType: "application/json",
      ...changes,
    };
    return {
      ...runner,
      request,
      answer: await compensateEffect(runner.host, request, runner.steps),
    };
  };

  it("is given the arguments, the result, and a key of its own", async () => {
    const given: unknown[] = [];
    const tool = payTool({
      compensate: (input, result, { idempotencyKey }: ToolContext) => {
        given.push(input, result, idempotencyKey);
        return { outcome: "undone" };
      },
    });
    const { answer, request, names, values } = await compensate(tool);
    expect(answer).toMatchObject({ v: 1, toolVersion: "4", outcome: "undone" });
    const key = sha256(`${request.operationId}/compensate`);
    expect(given).toEqual([{ cents: 5 }, { paid: 5 }, key]);
    expect(names).toEqual(["intent", "compensate"]);
    expect(values[0]).toMatchObject({ operationId: `${request.operationId}/compensate` });
  });

  it.each<[string, Partial<PaySpec>, object]>([
    [
      "says so",
      { compensate: () => ({ outcome: "committed", reason: "paid out" }) },
      { outcome: "committed", reason: "paid out" },
    ],
    ["is not there", {}, { outcome: "committed", reason: "the tool has no compensate" }],
    [
      "calls it a failure",
      { compensate: throws(toolFailure("too_late", "It was paid out.")) },
      { outcome: "committed", reason: "too_late: It was paid out." },
    ],
    [
      "did nothing in each attempt",
      { compensate: throws(notApplied("closed")) },
      { outcome: "committed", reason: expect.stringMatching(/did nothing in each of 3 attempts/) },
    ],
    [
      "cannot tell",
      { compensate: () => ({ outcome: "unknown", reason: "?" }) },
      { outcome: "unknown", reason: "?" },
    ],
    ["fails", { compensate: fault }, { outcome: "unknown", reason: "TypeError" }],
    [
      "answers in a form of its own",
      { compensate: (() => true) as never },
      { outcome: "unknown", reason: expect.stringContaining("returned none of") },
    ],
  ])("L7 when the tool %s", async (_, spec, expected) => {
    const { answer, logged } = await compensate(payTool(spec));
    expect(answer).toMatchObject(expected);
    expect(answer).not.toHaveProperty("notBefore");
    expect(JSON.stringify([answer, logged])).not.toContain("hunter2");
  });

  it("is retried with its key where the other side honours keys, and else made once", async () => {
    const keys: string[] = [];
    const faults = (idempotency: "honoured" | "none") =>
      payTool({
        idempotency,
        compensate: (_, __, { idempotencyKey }) => {
          keys.push(idempotencyKey);
          throw new Error("no answer");
        },
      });
    expect((await compensate(faults("none"))).answer).toMatchObject({ outcome: "unknown" });
    expect(keys.splice(0)).toHaveLength(1);
    expect((await compensate(faults("honoured"))).answer).toMatchObject({ outcome: "unknown" });
    expect([keys.length, new Set(keys).size]).toEqual([3, 1]);
  });

  it("L8 is asked for authority as an effect is", async () => {
    const tool = payTool({ compensate: () => ({ outcome: "undone" }) });
    const { answer } = await compensate(tool, {}, NOBODY);
    expect(answer).toMatchObject({ outcome: "blocked", code: "stopped" });
  });

  it("takes a result as a text, and refuses one that is not what it says", async () => {
    const results: unknown[] = [];
    const tool = payTool({
      compensate: (_, result) => {
        results.push(result);
        return { outcome: "undone" };
      },
    });
    await compensate(tool, { result: { text: "RF-1" }, mediaType: "text/plain" });
    expect(results).toEqual(["RF-1"]);
    const broken = await compensate(tool, { result: { text: "{" } });
    expect(broken.answer).toMatchObject({ outcome: "committed" });
    expect(results).toHaveLength(1);
  });
});
