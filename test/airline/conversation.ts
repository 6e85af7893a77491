// Owns what follows from a recorded conversation: what its user says, what its model answers,
// and what its tools did. Reads no files; dataset.ts does.
import type { Conversation, RecordedAssistantMessage } from "./dataset.ts";

const STOP = "###STOP###";

/** What the model says where three recordings stop right after a tool. */
export const END_OF_RECORDING = "(end of recording)";

/** The tool whose call ends a conversation. */
export const ENDING_TOOL = "transfer_to_human_agents";

/** The tools that write to the database. */
export const WRITES: ReadonlySet<string> = new Set([
  "book_reservation",
  "cancel_reservation",
  "update_reservation_flights",
  "update_reservation_baggages",
  "update_reservation_passengers",
  "send_certificate",
]);

/** What the user says, and how the turn ends: with the model's words, or with the task. */
export interface RecordedTurn {
  readonly message: string;
  /** Undefined when a tool ends the task. */
  readonly answer: string | undefined;
}

export interface RecordedCall {
  readonly name: string;
  /** JSON text, byte for byte as the model wrote it. */
  readonly arguments: string;
  readonly output: string;
}

/** What tells one conversation from the others, also before it is loaded. */
type Named = Pick<Conversation, "id">;

/** The name of the agent that plays a conversation: the model's name has to tell them apart. */
export function agentName({ id }: Named): string {
  return id;
}

/** The name of the model that plays a conversation's recorded one. */
export function modelName({ id }: Named): string {
  return `recorded-${id}`;
}

/** Whether the recording stops after a tool, so that one more model call follows. */
export function isCapped(conversation: Conversation): boolean {
  const last = conversation.messages.at(-1);
  return last?.role === "tool" && last.name !== ENDING_TOOL;
}

export function assistantMessages(conversation: Conversation): readonly RecordedAssistantMessage[] {
  return conversation.messages.filter((message) => message.role === "assistant");
}

/** Model calls that playing the conversation takes. */
export function expectedModelCalls(conversation: Conversation): number {
  return conversation.llm_calls + (isCapped(conversation) ? 1 : 0);
}

export function recordedTurns(conversation: Conversation): readonly RecordedTurn[] {
  const turns: RecordedTurn[] = [];
  for (const message of conversation.messages) {
    if (message.role === "user" && !message.content.includes(STOP)) {
      turns.push({ message: message.content, answer: undefined });
    }
    if (message.role === "assistant" && message.tool_calls === undefined) {
      setAnswer(turns, message.content);
    }
  }
  if (isCapped(conversation)) setAnswer(turns, END_OF_RECORDING);
  return turns;
}

export function recordedCalls(conversation: Conversation): readonly RecordedCall[] {
  return conversation.messages.flatMap((message, index) => {
    const call = message.role === "assistant" ? message.tool_calls?.[0] : undefined;
    if (call === undefined) return [];
    const result = conversation.messages[index + 1];
    if (result?.role !== "tool") throw new Error(`${conversation.id}: a call has no result`);
    return [{ ...call.function, output: result.content }];
  });
}

/** The calls that did not answer with an error text. */
export function successfulCalls(conversation: Conversation): readonly RecordedCall[] {
  return recordedCalls(conversation).filter((call) => !call.output.startsWith("Error"));
}

/** The calls that changed the database, in order. */
export function writes(conversation: Conversation): readonly RecordedCall[] {
  return successfulCalls(conversation).filter(({ name }) => WRITES.has(name));
}

function setAnswer(turns: RecordedTurn[], answer: string | null): void {
  const turn = turns.pop();
  if (turn === undefined || answer === null) throw new Error("an answer without a question");
  turns.push({ ...turn, answer });
}
