// Shows that recorded conversations of a real model, with its tools on a real database, come out
// of the runtime as they were recorded: on the real engine, with the worker left alone and with
// the worker killed in the middle of them. soak.test.ts does so with all of them.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Airline, Played } from "./airline.ts";
import { openAirline } from "./airline.ts";
import { chooseConversations } from "./choose-conversations.ts";
import { expectedModelCalls, recordedCalls, writes } from "./conversation.ts";
import { loadConversations } from "./dataset.ts";
import { expectAsRecorded } from "./expect-as-recorded.ts";
import type { Point } from "./points.ts";
import { chooseKills } from "./points.ts";
import { SEED } from "../support/seed.ts";

const TURN_DEADLINE_MS = 50_000;
const conversations = loadConversations();
const [first = [], second = [], killed = []] = chooseConversations(conversations, 3);
const undisturbed = [...first, ...second];
const chosen = [...undisturbed, ...killed].map(({ conversation }) => conversation);
const [writing] = conversations.filter((one) => writes(one).length > 0 && !chosen.includes(one));
if (writing === undefined) throw new Error("no conversation with a write is left");

let airline: Airline;
beforeAll(async () => {
  airline = await openAirline([...chosen, writing], {
    turnDeadlineMs: TURN_DEADLINE_MS,
    approval: "never",
  });
});
afterAll(() => airline[Symbol.asyncDispose]());

describe("an undisturbed conversation", () => {
  it.each(undisturbed)("with $feature comes out as recorded", async ({ conversation }) => {
    const played = await airline.play(conversation);
    expectAsRecorded(conversation, played);
    expect(played.modelCalls).toEqual(Array(expectedModelCalls(conversation)).fill(1));
    expect(played.requests.map(({ tool }) => tool)).toEqual(
      recordedCalls(conversation).map(({ name }) => name),
    );
  });
});

describe(`a conversation whose worker is killed somewhere (HOLDFAST_SEED=${SEED})`, () => {
  it.each(killed)("R8 F2 with $feature comes out as recorded", async ({ conversation }) => {
    const played = await airline.play(conversation, chooseKills(conversation, 1, SEED));
    expect(played.kills).toBe(1);
    expectAsRecorded(conversation, played);
  });
});

describe("a conversation whose worker is killed around a write", () => {
  it("F1 F2 R8 repeats what was in flight, under its key, and nothing else", async () => {
    const conversation = writing;
    const calls = recordedCalls(conversation);
    const write = calls.findIndex(({ output }) => output === writes(conversation)[0]?.output);
    const points: Point[] = ["model-call 1", `before-tool ${write}`, `after-tool ${write}`];
    const kills = points.map((point) => ({ point, delayMs: 0 }));

    const played = await airline.play(conversation, kills);
    expect(played.kills).toBe(3);
    expectAsRecorded(conversation, played);
    const once = Array<number>(expectedModelCalls(conversation)).fill(1);
    expect(played.modelCalls).toEqual(once.with(1, 2));
    // Of the two calls that were cut off only the second had reached the database.
    expect(arrivals(played)).toEqual(Array<number>(calls.length).fill(1).with(write, 2));
  });
});

/** How often each tool call arrived at the database, told apart by its key. */
function arrivals({ requests }: Played): readonly number[] {
  const times = new Map<string, number>();
  for (const { idempotencyKey: key } of requests) times.set(key, (times.get(key) ?? 0) + 1);
  return [...times.values()];
}
