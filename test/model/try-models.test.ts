// Owns the order of an agent's models, and what the task is told when none of them answers.
import { describe, expect, it } from "vitest";
import type { ModelChoice, ProviderReply } from "../../contract/model.ts";
import { tryModels } from "../../services/model/try-models.ts";

const choice = (model: string): ModelChoice => ({ provider: "p", model });
const wait = (retryAfterMs?: number): ProviderReply => ({
  kind: "wait",
  code: "overloaded",
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const operator: ProviderReply = { kind: "operator", code: "authentication", status: 401 };
const terminal: ProviderReply = { kind: "terminal", code: "context_overflow" };
const answer = { kind: "answered" } as ProviderReply;

async function tryReplies(...replies: readonly ProviderReply[]) {
  const asked: string[] = [];
  const [first = choice("none"), ...others] = replies.map((_, index) => choice(`m${index}`));
  const tried = await tryModels([first, ...others], (each) => {
    asked.push(each.model);
    return Promise.resolve(replies[Number(each.model.slice(1))] ?? terminal);
  });
  const fallbacks = tried.fallbacks.map(({ model, code }) => `${model} ${code}`);
  return { asked, model: tried.choice.model, reply: tried.reply, fallbacks };
}

describe("F10 the list of models", () => {
  it("ends with the first that answers, and records who did not", async () => {
    expect(await tryReplies(wait(), operator, answer, wait())).toEqual({
      asked: ["m0", "m1", "m2"],
      model: "m2",
      reply: answer,
      fallbacks: ["m0 overloaded", "m1 authentication"],
    });
  });

  it("ends with a refusal for good", async () => {
    expect(await tryReplies(wait(), terminal, answer)).toMatchObject({
      asked: ["m0", "m1"],
      model: "m1",
      reply: terminal,
    });
  });

  it("waits for the first choice, as long as the soonest needs", async () => {
    expect(await tryReplies(wait(900), wait(300), wait())).toEqual({
      asked: ["m0", "m1", "m2"],
      model: "m0",
      reply: wait(300),
      fallbacks: ["m1 overloaded", "m2 overloaded"],
    });
    expect((await tryReplies(wait(), wait())).reply).toEqual(wait());
  });

  it("asks for an operator only when nobody else can help", async () => {
    expect(await tryReplies(operator, wait(5), operator)).toEqual({
      asked: ["m0", "m1", "m2"],
      model: "m1",
      reply: wait(5),
      fallbacks: ["m0 authentication", "m2 authentication"],
    });
    expect(await tryReplies(operator, operator)).toMatchObject({ model: "m0", reply: operator });
  });
});
