// Owns the tests of the verb `propose`: what a call would touch, said without touching it.
import { describe, expect, it } from "vitest";
import type { AnyTool } from "../../contract/tool.ts";
import { digestOf } from "../../core/digest.ts";
import { proposeCall } from "../../services/tool-host/propose-call.ts";
import { runnerOf } from "./host-runner.ts";
import { fault, NOBODY, type PaySpec, payTool } from "./pay-tool.ts";
import { requestFor } from "./tool-caller.ts";

describe("R33 R38 R39 propose", () => {
  const propose = (tool: AnyTool, text: string, options = {}) => {
    const { agent, taskId, taskUid } = requestFor("pay", {});
    const { host, steps } = runnerOf(tool, options);
    const request = { v: 1, tool: "pay", agent, taskId, taskUid, arguments: { text } } as const;
    return proposeCall(host, request, steps);
  };

  it("says what a call would touch, and touches nothing", async () => {
    let calls = 0;
    const tool = payTool({
      execute: () => ({ paid: (calls += 1) }),
      resource: ({ cents }) => `account/${cents}`,
      price: ({ cents }) => cents * 10,
      precondition: ({ cents }) => ({ balance: cents }),
    });
    expect(await propose(tool, ' {"cents": 5.0}', NOBODY)).toMatchObject({
      v: 1,
      toolVersion: "4",
      outcome: "proposed",
      argumentsDigest: digestOf({ cents: 5 }),
      resource: "account/5",
      price: 50,
      precondition: digestOf({ balance: 5 }),
    });
    expect(calls).toBe(0);
    const bare = await propose(payTool({}), '{"cents":5}');
    expect(Object.keys(bare)).not.toContain("precondition");
  });

  it.each([
    ["do not fit the tool", '{"cents":"5"}', /wrong at cents: /],
    ["are not JSON", "{", /cannot be used: it is not JSON/],
    ["say two things", '{"cents":5,"cents":6}', /a key twice/],
    ["reach for a prototype", '{"cents":5,"__proto__":{}}', /__proto__/],
    ["would be rounded", '{"cents":9007199254740993}', /rounded/],
  ])("refuses arguments that %s", async (_, text, message) => {
    const answer = await propose(payTool({}), text);
    expect(answer).toMatchObject({ outcome: "error", code: "invalid_arguments" });
    expect(answer).toHaveProperty("message", expect.stringMatching(message));
  });

  it.each<[string, Partial<PaySpec>, string]>([
    ["a precondition that fails", { precondition: fault }, "TypeError"],
    ["a resource that fails", { resource: fault }, "TypeError"],
    ["a resource that is no text", { resource: (() => 5) as never }, "as a text"],
    ["a price that is no amount", { price: () => -1 }, "price"],
    ["a price that is not finite", { price: () => Number.NaN }, "price"],
  ])("says that the tool failed for %s", async (_, spec, message) => {
    const answer = await propose(payTool(spec), '{"cents":5}');
    expect(answer).toMatchObject({ outcome: "error", code: "tool_failed" });
    expect(answer).toHaveProperty("message", expect.stringContaining(message));
    expect(JSON.stringify(answer)).not.toContain("hunter2");
  });

  it("is blocked for want of a credential that its precondition needs", async () => {
    const tool = payTool({
      credentials: ["bank-api"],
      precondition: (_, { credential }) => credential("bank-api"),
    });
    const answer = await propose(tool, '{"cents":5}');
    expect(answer).toMatchObject({ outcome: "blocked", code: "credential" });
  });
});
