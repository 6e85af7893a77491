// Owns where the recorded airline conversations lie and how they are read. The data stays
// outside the repository (../shared, see its README.md); nothing of it is copied in.
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import type { Flight, Reservation, User } from "./records.ts";

const DIRECTORY = resolve(import.meta.dirname, "../../../shared/data/tau-airline");

const userMessage = z.strictObject({ role: z.literal("user"), content: z.string() });
const toolCall = z.strictObject({
  id: z.string(),
  type: z.literal("function"),
  function: z.strictObject({ name: z.string(), arguments: z.string() }),
});
const assistantMessage = z.strictObject({
  role: z.literal("assistant"),
  content: z.string().nullable(),
  tool_calls: z.tuple([toolCall]).optional(),
});
const toolMessage = z.strictObject({
  role: z.literal("tool"),
  tool_call_id: z.string(),
  name: z.string(),
  content: z.string(),
});
const recordedMessage = z.discriminatedUnion("role", [userMessage, assistantMessage, toolMessage]);
export type RecordedMessage = z.infer<typeof recordedMessage>;
export type RecordedAssistantMessage = z.infer<typeof assistantMessage>;

const conversation = z.object({
  id: z.string(),
  messages: z.array(recordedMessage),
  llm_calls: z.int(),
  tool_calls: z.int(),
  final_db_sha256_norm: z.string(),
});
/** One recorded conversation, without the system prompt. */
export type Conversation = z.infer<typeof conversation>;

const toolFunction = z.object({
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()),
});
const toolList = z.array(z.object({ function: toolFunction }));
/** A tool as the recorded model saw it. */
export type RecordedTool = z.infer<typeof toolFunction>;

/** Every table's documents by id, as they are before a conversation. */
export interface Documents {
  readonly flights: Record<string, Flight>;
  readonly reservations: Record<string, Reservation>;
  readonly users: Record<string, User>;
}

/** All 150 conversations, in the file's order. */
export function loadConversations(): readonly Conversation[] {
  return read("trajectories.jsonl")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => conversation.parse(JSON.parse(line)));
}

/** The tools' definitions by name. */
export function loadRecordedTools(): ReadonlyMap<string, RecordedTool> {
  const tools = toolList.parse(JSON.parse(read("tools.json")));
  return new Map(tools.map((tool) => [tool.function.name, tool.function]));
}

/** The system prompt. */
export function loadPolicy(): string {
  return read("policy.md");
}

/** The database before every conversation. */
export function loadDocuments(): Documents {
  return {
    flights: JSON.parse(read("flights.json")) as Documents["flights"],
    reservations: JSON.parse(read("reservations.json")) as Documents["reservations"],
    users: JSON.parse(read("users.json")) as Documents["users"],
  };
}

function read(file: string): string {
  const path = join(DIRECTORY, file);
  if (!existsSync(path)) {
    throw new Error(`the recorded conversations are missing: there is no ${path}`);
  }
  return readFileSync(path, "utf8");
}
