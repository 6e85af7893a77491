// Tests of the scripted model, in this process and over HTTP: the same call gets the same answer
// again, and whatever the script does not expect is refused and told.
import { describe, expect, it } from "vitest";
import type { ModelProvider, ModelRequest, ProviderReply } from "../../contract/model.ts";
import { openaiChat, openaiResponses } from "../../index.ts";
import type { ScriptStep } from "../../testing/index.ts";
import { scriptedModel, serveModel } from "../../testing/index.ts";

const NEVER = new AbortController().signal;

type Message = ModelRequest["messages"][number];

const user = (text: string): Message => ({ role: "user", parts: [{ type: "text", text }] });
const note = (text: string): Message => ({ role: "developer", text });
const tool = (callId: string, text: string): Message => ({ role: "tool", callId, text });

function requestOf(...messages: readonly Message[]): ModelRequest {
  return {
    model: "m",
    instructions: "You are a clerk.",
    messages,
    tools: [{ name: "look", description: "Looks.", inputSchema: { type: "object" } }],
  };
}

/** The reply as a message of the conversation. */
function said(reply: ProviderReply): Message {
  if (reply.kind !== "answered") throw new Error(`not answered: ${reply.code}`);
  const { text, calls, items } = reply;
  const words = text === undefined ? {} : { text };
  return { role: "assistant", ...words, calls, ...(items === undefined ? {} : { items }) };
}

const look = (what: string) => ({ tool: "look", arguments: { what } });

/** Asks each of the three ways to a scripted model. */
async function eachWay(
  script: () => readonly ScriptStep[],
  use: (provider: ModelProvider, model: ReturnType<typeof scriptedModel>) => Promise<void>,
): Promise<void> {
  const own = scriptedModel(script());
  await use(own, own);
  for (const connect of [openaiChat, openaiResponses]) {
    const model = scriptedModel(script());
    await using server = await serveModel(model);
    await use(connect({ apiKey: "none", baseURL: server.baseUrl }), model);
  }
}

describe("a scripted model", () => {
  it("answers by the place in the conversation, and counts repeats apart", async () => {
    const script = () => [{ calls: [look("a"), look("b")], text: "Both." }, "Done."];
    await eachWay(script, async (provider, model) => {
      const first = requestOf(user("Look."));
      const reply = await provider.call(first, NEVER);
      expect(reply).toMatchObject({
        kind: "answered",
        text: "Both.",
        finish: "tool-calls",
        calls: [
          { callId: "call_0_0", name: "look", arguments: '{"what":"a"}' },
          { callId: "call_0_1", name: "look", arguments: '{"what":"b"}' },
        ],
        usage: { inputTokens: 100, outputTokens: 10 },
      });
      expect(await provider.call(first, NEVER)).toMatchObject({ text: "Both." });
      const results = [tool("call_0_0", "1"), tool("call_0_1", "2")];
      const second = requestOf(user("Look."), said(reply), ...results);
      expect(await provider.call(second, NEVER)).toMatchObject({ text: "Done.", finish: "stop" });
      expect(model.calls()).toEqual([
        { step: 1, calls: 1, repeats: 1 },
        { step: 2, calls: 1, repeats: 0 },
      ]);
      expect(model.requests()[2]).toMatchObject({
        model: "m",
        instructions: "You are a clerk.",
        tools: ["look"],
        messages: [
          { role: "user", text: "Look." },
          { role: "assistant", calls: [{ callId: "call_0_0" }, { callId: "call_0_1" }] },
          { role: "tool", callId: "call_0_0", text: "1" },
          { role: "tool", callId: "call_0_1", text: "2" },
        ],
      });
      model.assertDone();
    });
  });

  it("tells failures as a provider does, each once, and then goes on", async () => {
    const script = (): readonly ScriptStep[] => [
      { failure: "server_error" },
      { failure: "timeout" },
      { failure: "quota_exhausted" },
      { failure: "context_overflow" },
      { truncated: "It is" },
      "It is fine.",
    ];
    await eachWay(script, async (provider, model) => {
      const request = requestOf(user("How?"));
      const replies: ProviderReply[] = [];
      for (let call = 1; call <= 6; call += 1) replies.push(await provider.call(request, NEVER));
      expect(replies).toMatchObject([
        { kind: "wait", code: "server_error", status: 500 },
        { kind: "wait", code: "timeout", status: 504 },
        { kind: "operator", code: "quota_exhausted", status: 402 },
        { kind: "terminal", code: "context_overflow", status: 413 },
        { kind: "answered", text: "It is", finish: "length" },
        { kind: "answered", text: "It is fine.", finish: "stop" },
      ]);
      model.assertDone();
      model.reset();
      expect(await provider.call(request, NEVER)).toMatchObject({ code: "server_error" });
    });
  });

  it("says when to come again", async () => {
    const script = () => [{ failure: "rate_limited", retryAfterMs: 2500 } as const, "Now."];
    await eachWay(script, async (provider) => {
      const reply = await provider.call(requestOf(user("Now?")), NEVER);
      if (reply.kind !== "wait") throw new Error(reply.kind);
      expect(reply).toMatchObject({ code: "rate_limited", status: 429 });
      // The gate of a real provider adds some.
      expect(reply.retryAfterMs).toBeGreaterThanOrEqual(2400);
    });
  });

  it("knows by its note an answer that was thrown away", async () => {
    await eachWay(
      () => ["", { calls: [look("a")] }, "", "Done."],
      async (provider, model) => {
        const asked = [user("Look."), note("Your last answer was empty.")];
        const call = await provider.call(requestOf(...asked), NEVER);
        expect(call).toMatchObject({ calls: [{ name: "look" }] });
        const looked = [...asked, said(call), tool("call_1_0", "1"), note("Empty again.")];
        expect(await provider.call(requestOf(...looked), NEVER)).toMatchObject({ text: "Done." });
        expect(model.unexpected()).toEqual([]);
      },
    );
  });

  it("refuses for good what the script does not expect, and says so", async () => {
    const script = (): readonly ScriptStep[] => [
      ({ messages }) => {
        if (messages.length > 1) throw new Error("there should be one message");
        return "One.";
      },
      "Two.",
    ];
    await eachWay(script, async (provider, model) => {
      const one = user("Hello.");
      const refused = { kind: "terminal", code: "invalid_request", status: 400 };
      expect(await provider.call(requestOf(one, user("You?")), NEVER)).toMatchObject(refused);
      const spoken = { role: "assistant", calls: [], text: "x" } as const;
      const beyond = requestOf(one, spoken, one, spoken, user("And now?"));
      expect(await provider.call(beyond, NEVER)).toMatchObject(refused);
      expect(() => model.assertDone()).toThrow("there should be one message");
      expect(() => model.assertDone()).toThrow(
        "model call 3 was not expected: the script ends after 2 answers",
      );
      expect(() => model.assertDone()).toThrow('answer 2 was never asked for: "Two."');
    });
  });

  it("hangs until the caller gives up", async () => {
    await eachWay(
      () => [{ hangs: true }, "There."],
      async (provider, model) => {
        const request = requestOf(user("Are you there?"));
        const caller = new AbortController();
        const call = provider.call(request, caller.signal);
        while (model.requests().length === 0) await new Promise((tick) => setImmediate(tick));
        caller.abort();
        await expect(call).rejects.toMatchObject({ name: "AbortError" });
        expect(await provider.call(request, NEVER)).toMatchObject({ text: "There." });
      },
    );
  });

  it("tells a refusal in this process, and cannot over HTTP", async () => {
    const model = scriptedModel([{ refusal: "I will not." }]);
    const request = requestOf(user("Do it."));
    expect(await model.call(request, NEVER)).toMatchObject({ refusal: "I will not.", calls: [] });
    await using server = await serveModel(model);
    const provider = openaiChat({ apiKey: "none", baseURL: server.baseUrl });
    expect(await provider.call(request, NEVER)).toMatchObject({ kind: "terminal" });
    expect(() => model.assertDone()).toThrow("aimock cannot tell a refusal over HTTP");
  });
});
