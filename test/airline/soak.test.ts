// Shows that all 150 recorded conversations come out of the runtime as they were recorded while what it runs on
// is killed over and over: its worker at least once in each of them, the server in every tenth, or a node of
// a cluster every 20 seconds. Each takes minutes, so they run only with HOLDFAST_SOAK=1 or by their
// names; HOLDFAST_SEED repeats the choice of an earlier run:
// HOLDFAST_AIRLINE=worker|server|cluster npx vitest run test/airline/soak.test.ts
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Airline, Played } from "./airline.ts";
import { openAirline } from "./airline.ts";
import { type AirlineEngine, openCluster, openServer } from "./airline-engine.ts";
import { ENDING_TOOL } from "./conversation.ts";
import type { Conversation } from "./dataset.ts";
import { loadConversations } from "./dataset.ts";
import { expectAsRecorded, extra } from "./expect-as-recorded.ts";
import { chooseKills, type Kill } from "./points.ts";
import type { WriteApproval } from "./tools/airline-tool.ts";
import { SEED, SOAK } from "../support/seed.ts";

const AIRLINE = process.env["HOLDFAST_AIRLINE"] ?? (SOAK ? "worker" : "");
const AT_ONCE = 4;
// The worker dies about every two seconds, and after each of its deaths the engine waits longer
// before it takes the same segment up again, up to about six seconds.
const TURN_DEADLINE_MS = 5 * 60_000;
const LIMIT = { timeout: 60 * 60_000 };
const NODE_KILL_MS = 20_000;

/** What is killed in the n-th conversation. */
type KillsOf = (conversation: Conversation, n: number) => readonly Kill[];

const ofWorker: KillsOf = (conversation) => chooseKills(conversation, 1, SEED);
const ofServer: KillsOf = (conversation, n) =>
  ofWorker(conversation, n).map((kill) => ({ ...kill, of: n % 10 === 0 ? "server" : "worker" }));

describe.runIf(AIRLINE === "worker")("the whole airline", () => {
  it.each(["never", "default"] as const)(
    `R3 R8 R33 F1 F2 comes out as recorded, with a kill in each conversation and approval %s for writes (HOLDFAST_SEED=${SEED})`,
    LIMIT,
    async (approval) => expect(await playTheWhole(approval, openServer, ofWorker)).toEqual(WHOLE),
  );
});

describe.runIf(AIRLINE === "server")("the whole airline", () => {
  it(
    `R3 R8 R33 F1 F2 F38 comes out as recorded, with a kill of the server in every tenth (HOLDFAST_SEED=${SEED})`,
    LIMIT,
    async () => expect(await playTheWhole("default", openServer, ofServer)).toEqual(WHOLE),
  );
});

describe.runIf(AIRLINE === "cluster")("the whole airline", () => {
  it("R3 R8 R33 F36 comes out as recorded, with a node killed every 20 s", LIMIT, async () => {
    expect(await playTheWhole("default", openCluster, () => [], strikeOften)).toEqual(WHOLE);
  });
});

/** All of it, and nothing that was not as recorded. */
const WHOLE = { failures: [], asRecorded: 150, toolOutputs: 862, writes: 130, modelCalls: 1811 };

async function playTheWhole(
  approval: WriteApproval,
  open: () => Promise<AirlineEngine>,
  killsOf: KillsOf,
  disturb: (engine: AirlineEngine, signal: AbortSignal) => Promise<void> = async () => {},
): Promise<object> {
  const conversations = loadConversations();
  const engine = await open();
  await using airline = await openAirline(conversations, {
    turnDeadlineMs: TURN_DEADLINE_MS,
    approval,
    engine,
  });
  const startedAt = Date.now();
  const over = new AbortController();
  const disturbing = disturb(engine, over.signal);
  const { played, failures } = await playAll(airline, conversations, approval, killsOf);
  over.abort();
  await disturbing;
  const totals = totalsOf(played);
  const seconds = Math.round((Date.now() - startedAt) / 1000);
  const kills = { kills: airline.kills(), ofServers: engine.strikes() };
  const report = { seed: SEED, approval, seconds, ...kills, ...totals };
  process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
  const { asRecorded, toolOutputs, writes } = totals;
  const modelCalls = totals.modelCalls - totals.repeatedModelCalls;
  return { failures, asRecorded, toolOutputs, writes, modelCalls };
}

async function strikeOften(engine: AirlineEngine, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await delay(NODE_KILL_MS, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) await engine.strike();
  }
}

/** Plays several at once, each to its end, whatever becomes of the others. */
async function playAll(
  airline: Airline,
  conversations: readonly Conversation[],
  approval: WriteApproval,
  killsOf: KillsOf,
) {
  const played: Played[] = [];
  const failures: unknown[] = [];
  const waiting = conversations.entries();
  const player = async (): Promise<void> => {
    for (const [n, conversation] of waiting) {
      try {
        const kills = killsOf(conversation, n);
        const one = await airline.play(conversation, kills);
        expectAsRecorded(conversation, one, approval === "default");
        expect(one.kills, conversation.id).toBeGreaterThanOrEqual(kills.length);
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
