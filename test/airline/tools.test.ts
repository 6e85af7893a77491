// Shows that the airline's tools are the recorded ones: all recorded calls, in order, on real
// databases, without any runtime. What the player's tests show rests on this.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AnyTool } from "../../contract/tool.ts";
import { callTool } from "./call-tool.ts";
import { recordedCalls, successfulCalls, writes } from "./conversation.ts";
import { databasePath, openDatabase } from "./database.ts";
import type { Conversation } from "./dataset.ts";
import { loadConversations } from "./dataset.ts";
import { sameOutput } from "./match-messages.ts";
import type { Seed } from "./seed.ts";
import { prepareSeed } from "./seed.ts";
import { airlineTools } from "./tools/index.ts";

const conversations = loadConversations();

let directory: string;
let seed: Seed;
let tools: ReadonlyMap<string, AnyTool>;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "holdfast-airline-"));
  seed = prepareSeed(directory);
  tools = new Map(airlineTools(directory).map((tool) => [tool.name, tool]));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe("the recorded airline", () => {
  it("has the counts that its README states", () => {
    const calls = conversations.flatMap(recordedCalls);
    expect(conversations).toHaveLength(150);
    expect(calls).toHaveLength(862);
    expect(calls.filter(({ output }) => output.startsWith("Error"))).toHaveLength(54);
    expect(conversations.flatMap(writes)).toHaveLength(130);
  });

  it(
    "answers all 862 calls and leaves all 150 databases as recorded",
    { timeout: 60_000 },
    async () => {
      for (const conversation of conversations) {
        seed(conversation.id);
        await replayCalls(conversation);
        using database = openDatabase(directory, conversation.id);
        expect(database.digest(), conversation.id).toBe(conversation.final_db_sha256_norm);
        expect(database.requests().map(({ tool }) => tool)).toEqual(
          recordedCalls(conversation).map(({ name }) => name),
        );
        expect(database.effects().map(({ tool }) => tool)).toEqual(
          successfulCalls(conversation)
            .map(({ name }) => name)
            .filter((name) => tools.get(name)?.effect !== "read"),
        );
        rmSync(databasePath(directory, conversation.id));
      }
    },
  );
});

describe("the database as the other side of an effect", () => {
  const certificate = { user_id: "noah_muller_9847", amount: 50 };

  it("applies a repeated key once and answers it with the first result", async () => {
    seed("repeated");
    const first = await call("send_certificate", certificate, "repeated", "key-1");
    const again = await call("send_certificate", certificate, "repeated", "key-1");
    const other = await call("send_certificate", certificate, "repeated", "key-2");
    expect(again).toBe(first);
    expect(other).not.toBe(first);
    using database = openDatabase(directory, "repeated");
    expect(database.requests().map(({ idempotencyKey }) => idempotencyKey)).toEqual([
      "key-1",
      "key-1",
      "key-2",
    ]);
    expect(database.effects().map(({ result }) => result)).toEqual([first, other]);
  });

  it("enters no refused write into the ledger", async () => {
    seed("refused");
    const input = { user_id: "nobody", amount: 5 };
    expect(await call("send_certificate", input, "refused", "k")).toBe("Error: user not found");
    using database = openDatabase(directory, "refused");
    expect(database.requests()).toHaveLength(1);
    expect(database.effects()).toEqual([]);
  });

  it("leaves nothing behind when a write fails half-way, and its key is free", () => {
    seed("failed");
    using database = openDatabase(directory, "failed");
    const before = database.digest();
    const write = () => database.put("users", "new", { payment_methods: {}, reservations: [] });
    expect(() =>
      database.applyOnce("k", "tool", () => {
        write();
        throw new Error("half-way");
      }),
    ).toThrow("half-way");
    expect(database.digest()).toBe(before);
    database.applyOnce("k", "tool", () => {
      write();
      return "done";
    });
    expect(database.digest()).not.toBe(before);
    expect(database.effects()).toEqual([{ idempotencyKey: "k", tool: "tool", result: "done" }]);
  });

  it("fails when the task's database was not seeded", async () => {
    await expect(call("think", { thought: "" }, "unseeded", "k")).rejects.toThrow("no seeded");
  });
});

describe("calculate", () => {
  beforeAll(() => seed("calculator"));

  it.each([
    ["(1 + 2) * -3.5", "-10.5"],
    ["0.125 + 0", "0.12"],
    ["0.375", "0.38"],
    ["10 / 4 - .5", "2.0"],
    ["10000000 * 10000000000", "1e+17"],
    ["1 / 0", "Error: invalid expression"],
    ["2 ** 3", "Error: invalid expression"],
    ["(1", "Error: invalid expression"],
    ["1 2", "Error: invalid expression"],
    ["", "Error: invalid expression"],
    ["process.exit()", "Error: invalid characters in expression"],
  ])("%s is %s, as in Python", async (expression, value) => {
    expect(await call("calculate", { expression }, "calculator", "k")).toBe(value);
  });
});

async function replayCalls(conversation: Conversation): Promise<void> {
  for (const [index, recorded] of recordedCalls(conversation).entries()) {
    const input: unknown = JSON.parse(recorded.arguments);
    const output = await call(recorded.name, input, conversation.id, `${index}`);
    if (!sameOutput(output, recorded.output)) {
      throw new Error(`${conversation.id}, call ${index}: ${output} is not ${recorded.output}`);
    }
  }
}

function call(
  name: string,
  input: unknown,
  taskId: string,
  idempotencyKey: string,
): Promise<string> {
  const tool = tools.get(name);
  if (tool === undefined) throw new Error(`there is no tool ${name}`);
  return callTool(tool, { taskId, idempotencyKey, input });
}
