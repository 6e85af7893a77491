// Owns a game of chance with budgets: a few tasks with parents, owners and days that reserve,
// settle, rest and end over a network. What must be true of it is in truth.ts.
import type {
  Amounts,
  BudgetPlace,
  ReserveRequest,
  SettleRequest,
} from "../../../contract/budget.ts";
import { minus, plus } from "../../../core/budget/amounts.ts";
import { budgetKey } from "../../../core/budget/levels.ts";
import type { BudgetSettings } from "../../../core/budget/settings.ts";
import { createNetwork, type Network } from "./network.ts";
import { type Game, type Player, TENANT } from "./player.ts";
import { expectLimitHolds, expectTruthHolds } from "./truth.ts";

const DAY_MS = 24 * 60 * 60_000;
const NOON = Date.UTC(2026, 10, 21, 12);
const MAX_OPEN = 3;

const tenant = TENANT;
const PLACES: readonly (readonly [string, BudgetPlace])[] = [
  ["parent", { tenant, owner: "ann" }],
  ["child-1", { tenant, owner: "ann", ancestors: ["parent"] }],
  ["child-2", { tenant, owner: "ann", ancestors: ["parent"] }],
  ["grandchild", { tenant, owner: "ann", ancestors: ["child-1", "parent"] }],
  ["second", { tenant, owner: "ann" }],
  ["bob's", { tenant, owner: "b/ob" }],
  ["nobody's", { tenant }],
];

export function createGame(settings: BudgetSettings, overruns = false): Game {
  const players = PLACES.map(([uid, place]): Player => ({
    uid,
    key: budgetKey({ level: "task", taskUid: uid }),
    place,
    next: 0,
    day: 0,
    open: new Map(),
    state: "free",
    paused: false,
    used: {},
  }));
  const network: Network = createNetwork({
    settings,
    onStore({ handler, before, after }) {
      const player = players.find(({ key }) => key === after.key);
      if (player !== undefined && (handler === "reserve" || handler === "settle"))
        player.used = plus(player.used, minus(after.used, before.used));
      if (overruns) return;
      expectLimitHolds(game, after);
      expectTruthHolds(game);
    },
  });
  const game: Game = { network, players, settings, overruns };
  return game;
}

/** A player makes its next move, if it has one. */
export function play(game: Game, index: number, dice: number): void {
  const player = game.players[index % game.players.length];
  if (player === undefined || player.paused) return;
  if (player.state === "busy" || player.state === "ended") return;
  const [lowest] = [...player.open.keys()].toSorted((a, b) => a - b);
  if (player.asks !== undefined) ask(game, player, player.asks);
  else if (lowest !== undefined && dice % 3 !== 0) settle(game, player, lowest, dice);
  else if (dice % 23 === 0) end(game, player);
  else if (player.open.size < MAX_OPEN) reserveNext(game, player, dice);
}

/** A player that is denied takes no notice from now on. */
export function pause({ players }: Game, index: number): void {
  const player = players[index % players.length];
  if (player?.state === "denied") player.paused = true;
}

function ask({ network }: Game, player: Player, request: ReserveRequest): void {
  player.asks = request;
  player.state = "busy";
  network.woken.delete(player.uid);
  network.reserve(player.key, request, (answer) => {
    if (answer === "lost" || answer.result === "denied") {
      player.state = "denied";
      // A segment whose call failed tries again by itself.
      if (answer === "lost") network.woken.add(player.uid);
      return;
    }
    player.state = "free";
    delete player.asks;
    if (answer.result === "granted") player.open.set(request.n, request.amounts);
  });
}

function reserveNext(game: Game, player: Player, dice: number): void {
  const n = player.next;
  player.next += 1;
  if (dice % 11 === 0) player.day = 1;
  const money = 1 + (dice % 7) + (dice % 5 === 0 ? 20 : 0);
  ask(game, player, {
    v: 1,
    n,
    amounts: { money, ...(dice % 2 === 0 ? { steps: 1 } : {}) },
    place: player.place,
    at: NOON + player.day * DAY_MS,
    settles: [],
    oldest: Math.min(n, ...player.open.keys()),
    works: true,
    wake: { agent: "clerk", taskId: player.uid },
  });
}

function settle({ network, overruns }: Game, player: Player, n: number, dice: number): void {
  const half = Math.floor((player.open.get(n)?.money ?? 0) / 2);
  const used: Amounts = overruns ? { money: 30, steps: 2 } : half === 0 ? {} : { money: half };
  player.open.delete(n);
  player.state = "busy";
  const oldest = Math.min(player.next, ...player.open.keys());
  const rest = dice % 4 === 0;
  const request: SettleRequest = { v: 1, settlements: [{ n, used }], oldest, rest };
  network.settle(player.key, request, () => (player.state = "free"));
}

function end(game: Game, player: Player): void {
  player.state = "busy";
  player.open.clear();
  delete player.asks;
  const request: SettleRequest = { v: 1, settlements: [], oldest: player.next, rest: true };
  // What must outlive a kill is sent again by whoever looks after the task.
  game.network.settle(player.key, request, (answer) =>
    answer === "lost" ? end(game, player) : (player.state = "ended"),
  );
}

/** All settle what they have open and end. */
export function endAll(game: Game): void {
  for (const player of game.players) end(game, player);
}

/** Delivers everything, timers too, and lets those ask again who were woken. */
export function settleDown(game: Game): void {
  const { network, players } = game;
  for (let round = 0; round < 400; round += 1) {
    deliverAll(network);
    const woken = players.filter(({ uid, paused }) => !paused && network.woken.has(uid));
    for (const player of woken) {
      network.woken.delete(player.uid);
      if (player.asks !== undefined) ask(game, player, player.asks);
    }
    // Idle timers are armed again as long as anything is open.
    if (woken.length === 0 && round > 12) return;
    if (woken.length === 0) network.fireTimers();
  }
  throw new Error("tasks wake and are denied, again and again");
}

function deliverAll(network: Network): void {
  for (let count = 0; network.choices() > 0; count += 1) {
    if (count > 50_000) throw new Error("the budgets never come to rest");
    network.act(count * 7);
  }
}
