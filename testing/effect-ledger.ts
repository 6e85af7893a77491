// Owns an append-only ledger of effects on disk: the other side of the tools that a test kills
// in the middle. What was written when a process dies by SIGKILL is there afterwards. A SQLite
// file, since several processes write it and "once" needs a transaction.
import { DatabaseSync } from "node:sqlite";

/** A call of a tool that reached the ledger. */
export interface LedgerRequest {
  /** The tool's idempotency key. */
  readonly key: string;
  readonly tool: string;
  /** JSON; what the call was about. */
  readonly input?: unknown;
}

/** Something that was done. */
export interface LedgerEffect extends LedgerRequest {
  /** JSON; what doing it gave. */
  readonly result: unknown;
}

export interface EffectLedger extends Disposable {
  /** Writes down that a call arrived, each time that it does. */
  record(request: LedgerRequest): void;
  /** Does it, as a target does that takes no idempotency keys: again for a repeated call. */
  apply<T>(request: LedgerRequest, effect: () => T): T;
  /**
   * Does it once per key, and gives a repeated call the first result. `effect` runs while no
   * other process can write; when it throws, nothing was done.
   */
  applyOnce<T>(request: LedgerRequest, effect: () => T): T;
  /** What arrived, in order, repeats too. */
  requests(): readonly LedgerRequest[];
  /** What was done, in order; only under this key when one is given. */
  effects(key?: string): readonly LedgerEffect[];
  /** Throws an Error that names every key under which more than one thing was done. */
  assertOncePerKey(): void;
}

/** How long a statement waits for another process's transaction, in milliseconds. */
const BUSY_MS = 10_000;

const TABLES = `
  CREATE TABLE IF NOT EXISTS requests (seq INTEGER PRIMARY KEY, key TEXT, tool TEXT, input TEXT);
  CREATE TABLE IF NOT EXISTS effects
    (seq INTEGER PRIMARY KEY, key TEXT, tool TEXT, input TEXT, result TEXT);
  CREATE INDEX IF NOT EXISTS effects_by_key ON effects (key);
`;

/** Opens the ledger in this file, and makes it when there is none. Any number of processes may. */
export function openEffectLedger(file: string): EffectLedger {
  const sqlite = new DatabaseSync(file, { timeout: BUSY_MS });
  // What is committed survives the death of a process all the same; the loss of power is not
  // what is tested.
  sqlite.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF");
  sqlite.exec(TABLES);
  const effectsOf = (key?: string): readonly LedgerEffect[] => readEffects(sqlite, key);
  const apply: EffectLedger["apply"] = (request, effect) =>
    inTransaction(sqlite, () => insertEffect(sqlite, request, effect()));
  return {
    record: ({ key, tool, input }) => {
      sqlite
        .prepare("INSERT INTO requests (key, tool, input) VALUES (?, ?, ?)")
        .run(key, tool, toJson(input));
    },
    apply,
    applyOnce: <T>(request: LedgerRequest, effect: () => T): T =>
      inTransaction(sqlite, () => {
        const [done] = effectsOf(request.key);
        // What was stored under this key is what `effect` gave the first time.
        return done === undefined ? insertEffect(sqlite, request, effect()) : (done.result as T);
      }),
    requests: () => readRequests(sqlite),
    effects: effectsOf,
    assertOncePerKey: () => {
      const repeated = keysDoneTwice(effectsOf());
      if (repeated.length > 0) throw new Error(`done more than once: ${repeated.join("; ")}`);
    },
    [Symbol.dispose]: () => sqlite.close(),
  };
}

function inTransaction<T>(sqlite: DatabaseSync, work: () => T): T {
  sqlite.exec("BEGIN IMMEDIATE");
  try {
    const value = work();
    sqlite.exec("COMMIT");
    return value;
  } catch (error) {
    sqlite.exec("ROLLBACK");
    throw error;
  }
}

function insertEffect<T>(sqlite: DatabaseSync, request: LedgerRequest, result: T): T {
  const { key, tool, input } = request;
  sqlite
    .prepare("INSERT INTO effects (key, tool, input, result) VALUES (?, ?, ?, ?)")
    .run(key, tool, toJson(input), toJson(result));
  return result;
}

function readRequests(sqlite: DatabaseSync): readonly LedgerRequest[] {
  return sqlite.prepare("SELECT key, tool, input FROM requests ORDER BY seq").all().map(requestOf);
}

function readEffects(sqlite: DatabaseSync, key: string | undefined): readonly LedgerEffect[] {
  const rows =
    key === undefined
      ? sqlite.prepare("SELECT * FROM effects ORDER BY seq").all()
      : sqlite.prepare("SELECT * FROM effects WHERE key = ? ORDER BY seq").all(key);
  return rows.map((row) => ({ ...requestOf(row), result: fromJson(row["result"]) }));
}

type Row = Readonly<Record<string, unknown>>;

function requestOf(row: Row): LedgerRequest {
  const input = fromJson(row["input"]);
  const request = { key: String(row["key"]), tool: String(row["tool"]) };
  return input === undefined ? request : { ...request, input };
}

function toJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function fromJson(text: unknown): unknown {
  return typeof text === "string" ? (JSON.parse(text) as unknown) : undefined;
}

function keysDoneTwice(effects: readonly LedgerEffect[]): readonly string[] {
  return [...Map.groupBy(effects, ({ key }) => key)]
    .filter(([, group]) => group.length > 1)
    .map(([key, [first, ...more]]) => `${first?.tool} ${more.length + 1} times under key ${key}`);
}
