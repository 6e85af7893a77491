// Shows that all 150 recorded conversations come out of the runtime as they were recorded while
// its worker is killed over and over, at least once in each of them. Takes minutes, so it runs
// only with HOLDFAST_SOAK=1; HOLDFAST_SEED repeats the choice of an earlier run.
import { describe, expect, it } from "vitest";
import type { Airline, Played } from "./airline.ts";
import { openAirline } from "./airline.ts";
import { ENDING_TOOL } from "./conversation.ts";
import type { Conversation } from "./dataset.ts";
import { loadConversations } from "./dataset.ts";
import { expectAsRecorded, extra } from "./expect-as-recorded.ts";
import { chooseKills } from "./points.ts";
import type { WriteApproval } from "./tools/airline-tool.ts";
import { SEED } from "../support/seed.ts";

const AT_ONCE = 4;
// The worker dies about every two seconds, and after each of its deaths the engine waits longer
// before it takes the same segment up again, up to about six seconds.
const TURN_DEADLINE_MS = 5 * 60_000;
const LIMIT_MS = 60 * 60_000;

describe.runIf(process.env["HOLDFAST_SOAK"] === "1")("the whole airline", () => {
  it.each(["never", "default"] as const)(
    `R3 R8 R33 F1 F2 comes out as recorded, with a kill in each conversation and approval %s for writes (HOLDFAST_SEED=${SEED})`,
    { timeout: LIMIT_MS },
    async (approval) => {
      const conversations = loadConversations();
      await using airline = await openAirline(conversations, {
        turnDeadlineMs: TURN_DEADLINE_MS,
        approval,
      });
      const startedAt = Date.now();
      const { played, failures } = await playAll(airline, conversations, approval);
      const totals = totalsOf(played);
      const seconds = Math.round((Date.now() - startedAt) / 1000);
      const report = { seed: SEED, approval, seconds, kills: airline.kills(), ...totals };
      process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
      expect(failures).toEqual([]);
      expect(totals).toMatchObject({ asRecorded: 150, toolOutputs: 862, writes: 130 });
      expect(totals.modelCalls - totals.repeatedModelCalls).toBe(1811);
    },
  );
});

/** Plays several at once, each to its end, whatever becomes of the others. */
async function playAll(
  airline: Airline,
  conversations: readonly Conversation[],
  approval: WriteApproval,
) {
  const played: Played[] = [];
  const failures: unknown[] = [];
  const waiting = conversations.values();
  const player = async (): Promise<void> => {
    for (const conversation of waiting) {
      try {
        const one = await airline.play(conversation, chooseKills(conversation, 1, SEED));
        expectAsRecorded(conversation, one, approval === "default");
        expect(one.kills, conversation.id).toBeGreaterThan(0);
        played.push(one);
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, player));
  return { played, failures };
}

function totalsOf(played: readonly Played[]) {
  const sum = (count: (one: Played) => number) => played.reduce((all, one) => all + count(one), 0);
  return {
    /** Every output, the digest, the effects and the status are equal. */
    asRecorded: played.length,
    toolOutputs: sum(({ outputs }) => outputs.length),
    writes: sum(({ effects }) => effects.filter(({ tool }) => tool !== ENDING_TOOL).length),
    modelCalls: sum(({ modelCalls }) => modelCalls.reduce((all, times) => all + times, 0)),
    repeatedModelCalls: sum(({ modelCalls }) => extra(modelCalls)),
    repeatedToolCalls: sum(({ requests, outputs }) => requests.length - outputs.length),
    approvals: sum(({ approvals }) => approvals),
    /** Kills that a conversation saw, those meant for another included. */
    killsSeen: sum(({ kills }) => kills),
  };
}
