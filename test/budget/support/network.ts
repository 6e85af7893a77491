// Owns budgets in memory, driven by chance: every message may be delayed, reordered and repeated,
// every handler killed at every request it makes, so that its answer is lost. The handlers are
// core/budget's own; only Restate is left out.
import type {
  BudgetMessage,
  LeaseAnswer,
  LeaseRequest,
  ReserveAnswer,
  ReserveRequest,
  SettleRequest,
} from "../../../contract/budget.ts";
import { attend } from "../../../core/budget/attend.ts";
import {
  type BudgetChange,
  type BudgetSend,
  type BudgetState,
  type HolderRow,
  newBudget,
  openChange,
  type Work,
} from "../../../core/budget/budget-state.ts";
import { withIdleTimer } from "../../../core/budget/idle.ts";
import { lease } from "../../../core/budget/lease.ts";
import { reserve } from "../../../core/budget/reserve.ts";
import { settle } from "../../../core/budget/settle.ts";
import type { BudgetSettings } from "../../../core/budget/settings.ts";

export type Message =
  | { readonly handler: "reserve"; readonly request: ReserveRequest }
  | { readonly handler: "settle"; readonly request: SettleRequest }
  | { readonly handler: "lease"; readonly request: LeaseRequest }
  | { readonly handler: "attend"; readonly request: BudgetMessage };

interface Letter {
  readonly key: string;
  readonly message: Message;
  /** Who waits for the answer; nobody for a send, a repeat, or when the asker was killed. */
  readonly answer?: (answer: unknown) => void;
  /** Called instead when the handler is killed. */
  readonly lost?: () => void;
  readonly timer: boolean;
}

interface Running {
  readonly letter: Letter;
  readonly change: BudgetChange;
  readonly steps: Work<unknown>;
  /** A request that it waits for, or an answer that has come. */
  waits: boolean;
  reply?: LeaseAnswer;
  killed: boolean;
}

export interface Network {
  readonly budgets: ReadonlyMap<string, BudgetState>;
  /** Whom the budgets woke since this was emptied. */
  readonly woken: Set<string>;
  /** `done` is given "lost" when a handler was killed on the way. */
  reserve(
    key: string,
    request: ReserveRequest,
    done: (answer: ReserveAnswer | "lost") => void,
  ): void;
  settle(key: string, request: SettleRequest, done: (answer: null | "lost") => void): void;
  /** What can be done now: the number of choices. */
  choices(): number;
  /** Does one of them. */
  act(choice: number): void;
  /** Delivers a message of the past once more. */
  repeat(choice: number): void;
  /** Kills a handler that waits for an answer. */
  kill(choice: number): void;
  fireTimers(): void;
}

export interface Stored {
  readonly handler: Message["handler"];
  readonly before: BudgetState;
  readonly after: BudgetState;
}

export interface NetworkOptions {
  readonly settings: BudgetSettings;
  /** Called whenever a budget was stored, with what this handler had before. */
  readonly onStore: (stored: Stored) => void;
}

interface Wires extends NetworkOptions {
  readonly budgets: Map<string, BudgetState>;
  readonly rows: Map<string, Map<string, HolderRow>>;
  readonly running: Map<string, Running>;
  readonly letters: Letter[];
  readonly timers: Letter[];
  readonly past: Letter[];
  readonly woken: Set<string>;
}

export function createNetwork(options: NetworkOptions): Network {
  const wires: Wires = {
    ...options,
    budgets: new Map(),
    rows: new Map(),
    running: new Map(),
    letters: [],
    timers: [],
    past: [],
    woken: new Set(),
  };
  const { budgets, woken, letters, timers, past, running } = wires;
  return {
    budgets,
    woken,
    reserve: (key, request, done) => call(wires, key, { handler: "reserve", request }, done),
    settle: (key, request, done) => call(wires, key, { handler: "settle", request }, done),
    choices: () => possible(wires).length,
    act(choice) {
      const all = possible(wires);
      all[choice % all.length]?.();
    },
    repeat(choice) {
      const letter = past[choice % past.length];
      if (letter === undefined) return;
      const { key, message, timer } = letter;
      letters.push({ key, message, timer });
    },
    kill(choice) {
      const waiting = [...running.values()].filter((run) => run.waits);
      const run = waiting[choice % waiting.length];
      if (run !== undefined) end(wires, run);
    },
    fireTimers: () => void letters.push(...timers.splice(0)),
  };
}

function call<T>(
  { letters }: Wires,
  key: string,
  message: Message,
  done: (answer: T | "lost") => void,
): void {
  const answer = (value: unknown): void => done(value as T);
  letters.push({ key, message, timer: false, answer, lost: () => done("lost") });
}

function possible(wires: Wires): (() => void)[] {
  const { letters, running, past } = wires;
  const deliver = (letter: Letter) => (): void => {
    letters.splice(letters.indexOf(letter), 1);
    past.push(letter);
    begin(wires, letter);
  };
  return [
    // Exclusive: a budget whose handler waits takes nothing else.
    ...letters.filter(({ key }) => !running.has(key)).map(deliver),
    ...[...running.values()].filter(({ waits }) => !waits).map((run) => () => proceed(wires, run)),
  ];
}

function begin(wires: Wires, letter: Letter): void {
  const { key, message } = letter;
  const change = openChange(wires.budgets.get(key) ?? newBudget(key), wires.settings);
  const steps = withIdleTimer<unknown>(change, workOf(change, message, rowsOf(wires, key)));
  const run: Running = { letter, change, steps, waits: false, killed: false };
  wires.running.set(key, run);
  proceed(wires, run);
}

function proceed(wires: Wires, run: Running): void {
  const { key } = run.letter;
  const step = run.reply === undefined ? run.steps.next() : run.steps.next(run.reply);
  delete run.reply;
  store(wires, run);
  if (step.done === true) {
    wires.running.delete(key);
    for (const each of run.change.sends) post(wires, key, each);
    run.letter.answer?.(step.value);
    return;
  }
  run.waits = true;
  const { key: to, request } = step.value;
  wires.letters.push({
    key: to,
    message: { handler: "lease", request },
    timer: false,
    answer(answer) {
      run.waits = false;
      run.reply = answer as LeaseAnswer;
    },
    // The call fails, and the handler with it.
    lost: () => !run.killed && end(wires, run),
  });
}

function end({ running }: Wires, run: Running): void {
  run.killed = true;
  running.delete(run.letter.key);
  run.letter.lost?.();
}

function rowsOf({ rows }: Wires, key: string): Map<string, HolderRow> {
  const found = rows.get(key) ?? new Map<string, HolderRow>();
  rows.set(key, found);
  return found;
}

function store(wires: Wires, { letter, change }: Running): void {
  const { key, message } = letter;
  const before = wires.budgets.get(key) ?? newBudget(key);
  for (const [holder, row] of change.rows) {
    if (row === undefined) rowsOf(wires, key).delete(holder);
    else rowsOf(wires, key).set(holder, row);
  }
  change.rows.clear();
  // As Restate would keep it.
  const after = JSON.parse(JSON.stringify(change.budget)) as BudgetState;
  wires.budgets.set(key, after);
  wires.onStore({ handler: message.handler, before, after });
}

function post(wires: Wires, key: string, each: BudgetSend): void {
  const { letters, timers, woken } = wires;
  if (each.type === "wake") {
    woken.add(each.taskId);
  } else if (each.type === "attend") {
    const timer = each.delayMs !== undefined;
    const message: Message = { handler: "attend", request: each.message };
    // A holder is forgotten only after the last repeat.
    if (each.message.type !== "forget")
      (timer ? timers : letters).push({ key: each.key, message, timer });
  } else {
    const { last } = wires.budgets.get(key) ?? newBudget(key);
    const message: Message = { handler: "attend", request: { v: 1, type: "recall" } };
    const holders = new Set(rowsOf(wires, key).keys());
    if (last !== undefined) holders.add(last.holder);
    for (const holder of holders) letters.push({ key: holder, message, timer: false });
  }
}

function workOf(
  change: BudgetChange,
  message: Message,
  rows: ReadonlyMap<string, HolderRow>,
): Work<unknown> {
  switch (message.handler) {
    case "reserve":
      return reserve(change, message.request);
    case "settle":
      return settle(change, message.request);
    case "lease":
      return lease(change, rows.get(message.request.holder), message.request);
    case "attend":
      return attend(
        change,
        message.request.type === "forget" ? rows.get(message.request.holder) : undefined,
        message.request,
      );
  }
}
