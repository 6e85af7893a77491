// Owns the scripted model: a list of answers that are given by their place in the conversation,
// so that a call that is repeated after a crash gets the same answer again.
import { digestOf } from "../core/digest.ts";
import type { ScriptedAnswer } from "./model/model-answer.ts";
import { leavesNoTrace } from "./model/model-answer.ts";
import type { SeenRequest } from "./model/seen-request.ts";
import { answersSeen, showMessage } from "./model/seen-request.ts";
import type { TestModel } from "./model/test-model.ts";
import { createTestModel } from "./model/test-model.ts";

/**
 * An answer, or a function of the request that makes it; one that throws has been asked
 * something that it did not expect.
 */
export type ScriptStep =
  | ScriptedAnswer
  | ((request: SeenRequest) => ScriptedAnswer | Promise<ScriptedAnswer>);

/** How often one answer of the script was asked for. */
export interface StepCalls {
  /** The answer's number in the script, from 1. */
  readonly step: number;
  /** By different conversations. */
  readonly calls: number;
  /** By a conversation that had asked for it before, as after a crash. */
  readonly repeats: number;
}

export interface ScriptedModel extends TestModel {
  /** One row per answer that was asked for, in the order of the script. */
  calls(): readonly StepCalls[];
}

/**
 * A model that answers by a script, to any number of conversations. An answer's place is the
 * number of answers before it in the conversation. Failures, truncated answers and answers
 * that hang leave no trace there: such ones are given in turn before the next that does, once
 * to all conversations that begin with the same message. A request beyond the script's end is
 * refused for good, and `assertDone` then throws.
 */
export function scriptedModel(script: readonly ScriptStep[]): ScriptedModel {
  const places = placesOf(script);
  /** Per beginning of a conversation and place: how many answers without a trace were given. */
  const given = new Map<string, number>();
  const answered = new Set<string>();
  const counts = new Map<number, { calls: number; repeats: number }>();

  const count = (step: number, repeated: boolean): void => {
    const row = counts.get(step) ?? { calls: 0, repeats: 0 };
    row[repeated ? "repeats" : "calls"] += 1;
    counts.set(step, row);
  };

  const model = createTestModel({
    answer: (request) => {
      const { model: name, messages } = request;
      const number = answersSeen(messages);
      const { before = [], last } = places[number] ?? {};
      const key = digestOf([name, number, messages[0] ?? null]);
      const next = before[given.get(key) ?? 0];
      if (next !== undefined) {
        given.set(key, (given.get(key) ?? 0) + 1);
        count(next.step, false);
        return say(next, request);
      }
      if (last === undefined) throw new Error(beyondTheEnd(request, script.length));
      const conversation = digestOf([name, messages]);
      count(last.step, answered.has(conversation));
      answered.add(conversation);
      return say(last, request);
    },
    leftOver: () =>
      script.flatMap((step, index) =>
        counts.has(index + 1) ? [] : [`answer ${index + 1} was never asked for: ${showStep(step)}`],
      ),
    forget: () => {
      given.clear();
      answered.clear();
      counts.clear();
    },
  });
  return {
    ...model,
    calls: () =>
      [...counts].map(([step, row]) => ({ step, ...row })).toSorted((a, b) => a.step - b.step),
  };
}

interface Entry {
  readonly step: number;
  readonly answer: ScriptStep;
}

interface Place {
  /** Answers that leave no trace, so that the conversation stays here. */
  readonly before: Entry[];
  /** The answer by which the conversation gets past this place. */
  last?: Entry;
}

/** The script by places: what leaves no trace shares the place of what comes after it. */
function placesOf(script: readonly ScriptStep[]): readonly Place[] {
  const places: Place[] = [{ before: [] }];
  for (const [index, answer] of script.entries()) {
    const place = places.at(-1);
    const entry = { step: index + 1, answer };
    if (typeof answer !== "function" && leavesNoTrace(answer)) {
      place?.before.push(entry);
      continue;
    }
    if (place !== undefined) place.last = entry;
    places.push({ before: [] });
  }
  return places;
}

function say({ answer }: Entry, request: SeenRequest): ScriptedAnswer | Promise<ScriptedAnswer> {
  return typeof answer === "function" ? answer(request) : answer;
}

function beyondTheEnd(request: SeenRequest, length: number): string {
  const call = answersSeen(request.messages) + 1;
  return `model call ${call} was not expected: the script ends after ${length} answers, and the conversation with ${showMessage(request.messages.at(-1))}`;
}

function showStep(step: ScriptStep): string {
  return typeof step === "function" ? "a function" : JSON.stringify(step).slice(0, 200);
}
