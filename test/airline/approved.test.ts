// Shows recorded conversations whose six write tools need an approval: a scripted operator decides
// by policy, the worker is killed in the middle, and each ends as recorded, each write made once.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Airline } from "./airline.ts";
import { openAirline } from "./airline.ts";
import { writes } from "./conversation.ts";
import { loadConversations } from "./dataset.ts";
import { expectAsRecorded } from "./expect-as-recorded.ts";
import { chooseKills } from "./points.ts";
import { SEED } from "../support/seed.ts";

const PLAYED = 4;
const chosen = loadConversations()
  .filter((one) => writes(one).length > 1)
  .slice(0, PLAYED);

describe(`a conversation whose writes need an approval (HOLDFAST_SEED=${SEED})`, () => {
  let airline: Airline;
  beforeAll(async () => {
    airline = await openAirline(chosen, { turnDeadlineMs: 50_000, approval: "default" });
  });
  afterAll(() => airline[Symbol.asyncDispose]());

  it.each(chosen)("R8 R33 R96 $id comes out as recorded under a kill", async (conversation) => {
    const played = await airline.play(conversation, chooseKills(conversation, 1, SEED));
    expect(played.kills).toBe(1);
    expect(played.approvals).toBeGreaterThan(1);
    expectAsRecorded(conversation, played, true);
  });
});
