// Owns the recorded model: conversations that were recorded once are answered as they were, and
// whatever was not recorded is refused.
import { isDeepStrictEqual } from "node:util";
import type { RawCall } from "../contract/model.ts";
import type { ScriptedAnswer } from "./model/model-answer.ts";
import type { SeenMessage, SeenRequest } from "./model/seen-request.ts";
import { showMessage } from "./model/seen-request.ts";
import type { TestModel } from "./model/test-model.ts";
import { createTestModel } from "./model/test-model.ts";

/**
 * A conversation from its first message on, without the instructions. Each assistant message
 * is the answer to exactly the messages before it.
 */
export type Recording = readonly SeenMessage[];

/** How often one recorded answer was asked for. */
export interface RecordedCalls {
  /** The recording's number in the list, from 0. */
  readonly recording: number;
  /** The answer's number in the recording, from 1. */
  readonly step: number;
  /** Above 1 when it was asked for again, as after a crash. */
  readonly times: number;
}

export interface RecordedModel extends TestModel {
  /** One row per recorded answer, in order; never asked for is 0 times. */
  calls(): readonly RecordedCalls[];
}

/**
 * A model that answers what was recorded, to any number of conversations at once. A request
 * must be a recording's messages up to an answer: texts, call ids and argument texts byte for
 * byte, results equal as JSON, or as text where they are none. Any other is refused for good
 * with the first difference to the recording that is nearest to it.
 */
export function recordedModel(recordings: readonly Recording[]): RecordedModel {
  const answers = recordings.flatMap(answersOf);
  const times = new Map<RecordedAnswer, number>();
  const model = createTestModel({
    answer: (request) => {
      const found = answers.find(({ before }) => differenceAt(request.messages, before) === -1);
      if (found === undefined) throw new Error(explain(request, recordings));
      times.set(found, (times.get(found) ?? 0) + 1);
      return found.answer;
    },
    leftOver: () =>
      answers
        .filter((answer) => !times.has(answer))
        .map(({ recording, step }) => `recording ${recording}: answer ${step} was never asked for`),
    forget: () => times.clear(),
  });
  return {
    ...model,
    calls: () =>
      answers.map((answer) => {
        const { recording, step } = answer;
        return { recording, step, times: times.get(answer) ?? 0 };
      }),
  };
}

interface RecordedAnswer {
  readonly recording: number;
  readonly step: number;
  readonly before: Recording;
  readonly answer: ScriptedAnswer;
}

function answersOf(messages: Recording, recording: number): readonly RecordedAnswer[] {
  let step = 0;
  return messages.flatMap((message, index): RecordedAnswer[] => {
    if (message.role !== "assistant") return [];
    step += 1;
    const answer = answerOf(message.text, message.calls);
    return [{ recording, step, before: messages.slice(0, index), answer }];
  });
}

function answerOf(text: string | undefined, calls: readonly RawCall[]): ScriptedAnswer {
  if (calls.length === 0) return text ?? "";
  const asked = calls.map((call) => ({
    id: call.callId,
    tool: call.name,
    arguments: call.arguments,
  }));
  return { calls: asked, ...(text === undefined ? {} : { text }) };
}

/** Where two conversations first differ; -1 when they do not. */
function differenceAt(sent: Recording, recorded: Recording): number {
  const length = Math.max(sent.length, recorded.length);
  for (let index = 0; index < length; index += 1) {
    if (!isDeepStrictEqual(comparable(sent[index]), comparable(recorded[index]))) return index;
  }
  return -1;
}

function comparable(message: SeenMessage | undefined): unknown {
  if (message?.role === "tool") return { ...message, text: parsedOrText(message.text) };
  // Over some protocols an answer without words cannot be told from one with empty words.
  return message?.role === "assistant" ? { ...message, text: message.text ?? "" } : message;
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function explain({ messages }: SeenRequest, recordings: readonly Recording[]): string {
  const [nearest] = recordings
    .map((recording, number) => ({ recording, number, at: sharedLength(messages, recording) }))
    .toSorted((a, b) => b.at - a.at);
  if (nearest === undefined) return "there are no recordings";
  const { recording, number, at } = nearest;
  const [sent, recorded] = [showMessage(messages[at]), showMessage(recording[at])];
  return `a model call was not recorded: in recording ${number}, message ${at} is ${recorded}, but it was sent ${sent}`;
}

/** How many messages two conversations have in common from their start. */
function sharedLength(sent: Recording, recorded: Recording): number {
  const at = differenceAt(sent, recorded);
  return at === -1 ? sent.length : at;
}
