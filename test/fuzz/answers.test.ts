// Owns that no answer of a model's provider crashes its decoder or the judging of its calls, in either wire
// protocol: bodies that come close to good ones, and are wrong somewhere.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../core/digest.ts";
import { decodeChatAnswer } from "../../services/model/decode-chat-answer.ts";
import { decodeResponsesAnswer } from "../../services/model/decode-responses-answer.ts";
import { parseWireJson } from "../../services/model/wire-json.ts";
import { requestOf } from "../model/requests.ts";
import { SEED } from "../support/seed.ts";
import { firstFailure } from "./support/first-failure.ts";
import { CANARY, hostileJson, hostileText } from "./support/hostile-json.ts";

/** Good most of the time. */
const or = (good: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 15, arbitrary: good }, { weight: 1, arbitrary: hostileJson });
const some = (shape: Record<string, fc.Arbitrary<unknown>>) =>
  or(
    fc.oneof(
      { weight: 3, arbitrary: fc.record(shape) },
      { weight: 1, arbitrary: fc.record(shape, { requiredKeys: [] }) },
    ),
  );
const list = (item: fc.Arbitrary<unknown>) => or(fc.array(item, { maxLength: 3 }));
const words = or(fc.constantFrom("weather", "call_1", '{"city":"Bonn"}', '{"city":', "", CANARY));
const usage = some({
  prompt_tokens: hostileJson,
  completion_tokens: hostileJson,
  input_tokens: hostileJson,
  output_tokens: hostileJson,
});

const chatBodies = some({
  id: words,
  model: words,
  usage,
  error: fc.option(some({ message: hostileText, code: words, type: words })),
  choices: list(
    some({
      finish_reason: or(fc.constantFrom("stop", "length", "tool_calls", "content_filter")),
      message: some({
        content: or(hostileText),
        refusal: words,
        tool_calls: list(some({ id: words, function: some({ name: words, arguments: words }) })),
      }),
    }),
  ),
});

const responsesBodies = some({
  id: words,
  model: words,
  usage,
  status: or(fc.constantFrom("completed", "incomplete", "failed", "in_progress")),
  error: fc.option(some({ message: hostileText, code: words }), { freq: 1 }),
  incomplete_details: some({ reason: or(fc.constantFrom("max_output_tokens", "content_filter")) }),
  output: list(
    fc.oneof(
      some({
        type: or(fc.constant("function_call")),
        call_id: words,
        name: words,
        arguments: words,
      }),
      some({
        type: or(fc.constantFrom("message", "reasoning")),
        role: words,
        content: list(
          some({
            type: or(fc.constantFrom("output_text", "refusal")),
            text: or(hostileText),
            refusal: words,
          }),
        ),
      }),
    ),
  ),
});

const WIRES = [
  ["chat", chatBodies, decodeChatAnswer],
  ["responses", responsesBodies, decodeResponsesAnswer],
] as const;

describe(`answers, seed ${SEED}`, () => {
  it.each(WIRES)("F3 F10 of %s are decoded or sorted, with nothing quoted", (_, bodies, decode) => {
    const failure = firstFailure(
      bodies,
      (body) => {
        const reply = decode(parseWireJson(JSON.stringify(body)), requestOf());
        // All of it is hashed into the log, so it has a canonical form.
        canonicalJson(reply);
        const isFailure = reply.kind !== "answered";
        return isFailure && JSON.stringify(reply).includes(CANARY)
          ? JSON.stringify(reply)
          : undefined;
      },
      400,
    );
    expect(failure).toBeUndefined();
  });
});
