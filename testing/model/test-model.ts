// Owns what every test model is, in this process and behind HTTP: it answers or refuses, and
// keeps what it was asked.
import type { ModelProvider } from "../../contract/model.ts";
import type { ScriptedAnswer } from "./model-answer.ts";
import { providerReply } from "./model-answer.ts";
import type { SeenRequest } from "./seen-request.ts";
import { answersSeen, seenRequest } from "./seen-request.ts";

/** What a test model says to a request. */
export type ModelReply =
  | { readonly answer: ScriptedAnswer }
  /** Why the request should not have been made. It is refused for good. */
  | { readonly unexpected: string };

/** A model provider for tests. Give it to `createApp`, to `runInMemory`, or to `serveModel`. */
export interface TestModel extends ModelProvider {
  /** Answers a request and keeps it. `problemOf` says why an answer cannot be told on this way. */
  reply(
    request: SeenRequest,
    problemOf?: (answer: ScriptedAnswer) => string | undefined,
  ): Promise<ModelReply>;
  /** Every request that arrived, in order, unexpected ones and repeats too. */
  requests(): readonly SeenRequest[];
  /** Why requests were refused. */
  unexpected(): readonly string[];
  /** Throws an Error that names every refused request and every answer that nobody asked for. */
  assertDone(): void;
  /** Forgets what it was asked. */
  reset(): void;
}

/** The part that differs from model to model. */
export interface Answering {
  /** Throws an Error for a request that should not have been made. */
  answer(request: SeenRequest): ScriptedAnswer | Promise<ScriptedAnswer>;
  /** The answers that nobody asked for, in words. */
  leftOver(): readonly string[];
  forget(): void;
}

export function createTestModel(answering: Answering): TestModel {
  let requests: SeenRequest[] = [];
  let unexpected: string[] = [];
  const model: TestModel = {
    reply: async (request, problemOf) => {
      requests.push(request);
      try {
        const answer = await answering.answer(request);
        const problem = problemOf?.(answer);
        if (problem !== undefined) throw new Error(problem);
        return { answer };
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        unexpected.push(why);
        return { unexpected: why };
      }
    },
    call: async (request, signal) => {
      const seen = seenRequest(request);
      const reply = await model.reply(seen);
      if ("unexpected" in reply) return { kind: "terminal", code: "invalid_request", status: 400 };
      return providerReply(reply.answer, answersSeen(seen.messages), seen, signal);
    },
    requests: () => requests,
    unexpected: () => unexpected,
    assertDone: () => {
      const problems = [...unexpected, ...answering.leftOver()];
      if (problems.length > 0) throw new Error(`the model was not used up:\n${list(problems)}`);
    },
    reset: () => {
      requests = [];
      unexpected = [];
      answering.forget();
    },
  };
  return model;
}

function list(problems: readonly string[]): string {
  return problems.map((problem) => `  - ${problem}`).join("\n");
}
