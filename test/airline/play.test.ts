// Shows that the recorded user, the recorded model and the tools fit together, and that the
// player notices an agent that does not say what was recorded. The agent here is a bare loop
// without a runtime; what the runtime adds is tested elsewhere.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyTool } from "../../contract/tool.ts";
import { callTool } from "./call-tool.ts";
import {
  ENDING_TOOL,
  expectedModelCalls,
  isCapped,
  modelName,
  recordedTurns,
} from "./conversation.ts";
import { openDatabase } from "./database.ts";
import type { Conversation } from "./dataset.ts";
import { loadConversations } from "./dataset.ts";
import { playConversation } from "./play.ts";
import type { RecordedModel } from "./recorded-model.ts";
import { startRecordedModel } from "./recorded-model.ts";
import type { Seed } from "./seed.ts";
import { prepareSeed } from "./seed.ts";
import type { TaskClient, TurnEnd } from "./task-client.ts";
import { airlineTools } from "./tools/index.ts";

const conversations = loadConversations();
const answered = conversations.filter((one) => recordedTurns(one).at(-1)?.answer !== undefined);
const ended = conversations.filter((one) => recordedTurns(one).at(-1)?.answer === undefined);

let directory: string;
let seed: Seed;
let tools: ReadonlyMap<string, AnyTool>;
let model: RecordedModel;
let client: OpenAI;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-airline-"));
  seed = prepareSeed(directory);
  tools = new Map(airlineTools(directory).map((tool) => [tool.name, tool]));
  model = await startRecordedModel(conversations);
  client = new OpenAI({ apiKey: "none", baseURL: model.baseUrl, maxRetries: 0 });
});
afterAll(async () => {
  await model[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

describe("the player", () => {
  it("knows how the recordings end", () => {
    expect(ended).toHaveLength(35);
    expect(conversations.filter(isCapped)).toHaveLength(3);
    const calls = conversations.reduce((sum, one) => sum + expectedModelCalls(one), 0);
    expect(calls).toBe(1811);
  });

  it.each([...conversations.filter(isCapped), ...ended.slice(0, 2), ...answered.slice(0, 2)])(
    "plays $id to its end",
    async (conversation) => {
      seed(conversation.id);
      await playConversation(conversation, bareAgent(conversation));
      expect(model.refusals()).toEqual([]);
      expect(model.callsOf(conversation)).toEqual(Array(expectedModelCalls(conversation)).fill(1));
      using database = openDatabase(directory, conversation.id);
      expect(database.digest()).toBe(conversation.final_db_sha256_norm);
    },
  );

  it.each<[string, Partial<TurnEnd["turn"]>, string]>([
    ["says something else", { answer: "Hello" }, 'turn 0: the answer was "Hello", not'],
    [
      "fails",
      { result: "failed", error: { code: "step_limit", message: "too many" } },
      "turn 0: failed with step_limit: too many",
    ],
  ])("rejects when the agent %s", async (_what, change, message) => {
    const turn = { turn: 0, result: "completed" as const, ...change };
    const end = async () => ({ status: "idle" as const, turn });
    const agent: TaskClient = { start: nothing, send: nothing, turnOf: end };
    await expect(playConversation(first(answered), agent)).rejects.toThrow(message);
  });

  it("rejects when the task goes on after the tool that ends it", async () => {
    const conversation = first(ended);
    const turns = recordedTurns(conversation).map(({ answer }, turn) => ({
      turn,
      result: "completed" as const,
      ...(answer === undefined ? {} : { answer }),
    }));
    const end = async () => ({ status: "idle" as const, turn: first(turns.splice(0, 1)) });
    const agent: TaskClient = { start: nothing, send: nothing, turnOf: end };
    await expect(playConversation(conversation, agent)).rejects.toThrow("idle, not completed");
  });
});

/** A model and tools in a loop, with nothing that an accountable runtime needs. */
function bareAgent(conversation: Conversation): TaskClient {
  const messages: OpenAI.ChatCompletionMessageParam[] = [];
  async function turn(): Promise<TurnEnd> {
    for (;;) {
      const { choices } = await client.chat.completions.create({
        model: modelName(conversation),
        messages: [{ role: "system", content: "policy" }, ...messages],
      });
      const { content, tool_calls } = first(choices).message;
      messages.push({ role: "assistant", content, ...(tool_calls ? { tool_calls } : {}) });
      const call = tool_calls?.[0];
      if (call?.type !== "function") {
        const answer = content ?? "";
        return { status: "idle", turn: { turn: 0, result: "completed", answer } };
      }
      const tool = tools.get(call.function.name);
      if (tool === undefined) throw new Error(`there is no tool ${call.function.name}`);
      const output = await callTool(tool, {
        taskId: conversation.id,
        idempotencyKey: String(messages.length),
        input: JSON.parse(call.function.arguments),
      });
      if (tool.name === ENDING_TOOL) {
        return { status: "completed", turn: { turn: 0, result: "completed" } };
      }
      messages.push({ role: "tool", tool_call_id: call.id, content: output });
    }
  }
  const say = async (content: string) => void messages.push({ role: "user", content });
  return { start: say, send: (_id, content) => say(content), turnOf: turn };
}

async function nothing(): Promise<void> {}

function first<T>(list: readonly T[]): T {
  const [item] = list;
  if (item === undefined) throw new Error("the list is empty");
  return item;
}
