// Tests of the recorded model: what was recorded is answered as it was, whatever the protocol,
// and anything else is refused with the place where it differs.
import { expect, it } from "vitest";
import type { ModelRequest } from "../../contract/model.ts";
import { openaiChat } from "../../index.ts";
import type { Recording } from "../../testing/index.ts";
import { recordedModel, serveModel } from "../../testing/index.ts";

const NEVER = new AbortController().signal;
const call = { callId: "c1", name: "look", arguments: '{ "at":"it" }' };
const RECORDINGS: readonly Recording[] = [
  [
    { role: "user", text: "Look at it." },
    { role: "assistant", calls: [call] },
    { role: "tool", callId: "c1", text: '{"colour":"red","size":1}' },
    { role: "assistant", text: "It is red.", calls: [] },
  ],
  [
    { role: "user", text: "Hello." },
    { role: "assistant", text: "Hello yourself.", calls: [] },
  ],
];

function requestOf(...messages: ModelRequest["messages"]): ModelRequest {
  return { model: "m", instructions: "Be brief.", messages, tools: [] };
}

const asked = { role: "user", parts: [{ type: "text", text: "Look at it." }] } as const;
const answered = { role: "assistant", calls: [call] } as const;

it("answers each recorded call as it was, over and over", async () => {
  const model = recordedModel(RECORDINGS);
  await using server = await serveModel(model);
  const overHttp = openaiChat({ apiKey: "none", baseURL: server.baseUrl });
  for (const provider of [model, overHttp]) {
    expect(await provider.call(requestOf(asked), NEVER)).toMatchObject({ calls: [call] });
    // Results are compared as what they say, not as they are written.
    const result = { role: "tool", callId: "c1", text: '{ "size": 1, "colour": "red" }' } as const;
    const reply = await provider.call(requestOf(asked, answered, result), NEVER);
    expect(reply).toMatchObject({ text: "It is red.", calls: [] });
  }
  expect(model.calls()).toEqual([
    { recording: 0, step: 1, times: 2 },
    { recording: 0, step: 2, times: 2 },
    { recording: 1, step: 1, times: 0 },
  ]);
  expect(() => model.assertDone()).toThrow("recording 1: answer 1 was never asked for");
});

it("refuses what was not recorded, and names the first difference", async () => {
  const model = recordedModel(RECORDINGS);
  const other = { role: "tool", callId: "c1", text: '{"colour":"blue","size":1}' } as const;
  const reply = await model.call(requestOf(asked, answered, other), NEVER);
  expect(reply).toMatchObject({ kind: "terminal", code: "invalid_request" });
  const reformatted = { ...answered, calls: [{ ...call, arguments: '{"at":"it"}' }] };
  await model.call(requestOf(asked, reformatted, other), NEVER);
  expect(model.unexpected()).toEqual([
    expect.stringMatching(/in recording 0, message 2 is .*red.*, but it was sent .*blue/),
    expect.stringMatching(/in recording 0, message 1 is /),
  ]);
});
