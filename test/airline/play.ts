// Owns the recorded user: answers each of the agent's texts with the next recorded message and
// checks that the agent said what was recorded. Knows nothing of workers and kills.
import { START_MESSAGE_ID } from "../../contract/api.ts";
import { recordedTurns } from "./conversation.ts";
import type { Conversation } from "./dataset.ts";
import type { TaskClient, TurnEnd } from "./task-client.ts";

/** Plays a conversation to its end; rejects at the first turn that does not end as recorded. */
export async function playConversation(
  conversation: Conversation,
  client: TaskClient,
): Promise<void> {
  for (const [index, { message, answer }] of recordedTurns(conversation).entries()) {
    const end = await takeTurn(client, index, message);
    const problem = problemOf(end, answer);
    if (problem !== undefined) throw new Error(`${conversation.id}, turn ${index}: ${problem}`);
  }
}

async function takeTurn(client: TaskClient, index: number, message: string): Promise<TurnEnd> {
  const messageId = index === 0 ? START_MESSAGE_ID : `user-${index}`;
  if (index === 0) await client.start(message);
  else await client.send(messageId, message);
  return client.turnOf(messageId, message);
}

function problemOf({ status, turn }: TurnEnd, answer: string | undefined): string | undefined {
  if (turn.result === "failed") {
    return `failed with ${turn.error?.code}: ${turn.error?.message}`;
  }
  const expected = answer === undefined ? "completed" : "idle";
  if (status !== expected) return `left the task ${status}, not ${expected}`;
  if (answer !== undefined && turn.answer !== answer) {
    return `the answer was ${JSON.stringify(turn.answer)}, not ${JSON.stringify(answer)}`;
  }
  return undefined;
}
