// Owns one conversation's database: a SQLite file with the airline's documents, the record of
// every request that arrived, and the ledger of effects. It is the other side of the tools'
// effects: it honours idempotency keys. Documents are kept as canonical JSON, so that the digest
// needs no parsing. Rules about bookings are in tools/.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { canonicalJson, sha256 } from "../../core/digest.ts";
import type { Flight, Reservation, User } from "./records.ts";

interface Tables {
  readonly flights: Flight;
  readonly reservations: Reservation;
  readonly users: User;
}
export type Table = keyof Tables;
/** In the order of their names, as the digest wants them. */
export const TABLES: readonly Table[] = ["flights", "reservations", "users"];

/** A call of a tool that reached the database. */
export interface ArrivedRequest {
  readonly idempotencyKey: string;
  readonly tool: string;
  readonly input: unknown;
}

/** An effect that was applied, once. */
export interface AppliedEffect {
  readonly idempotencyKey: string;
  readonly tool: string;
  readonly result: unknown;
}

/** Where a task's database lies. Rejects task ids that could leave the directory. */
export function databasePath(directory: string, taskId: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(taskId)) {
    throw new Error("the task id cannot name a database file");
  }
  return join(directory, `${taskId}.sqlite`);
}

/** Opens a task's database, which must have been seeded. */
export function openDatabase(directory: string, taskId: string): AirlineDatabase {
  const path = databasePath(directory, taskId);
  // SQLite would create an empty file and the tools would answer "not found".
  if (!existsSync(path)) throw new Error("the task has no seeded airline database");
  return new AirlineDatabase(path);
}

export class AirlineDatabase implements Disposable {
  readonly #db: DatabaseSync;

  constructor(path: string) {
    this.#db = new DatabaseSync(path, { timeout: 10_000 });
    // What is committed survives SIGKILL all the same; a power cut is not what is tested.
    this.#db.exec("PRAGMA synchronous = OFF");
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }

  get<T extends Table>(table: T, id: string): Tables[T] | undefined {
    const row = this.#db.prepare(`SELECT document FROM ${table} WHERE id = ?`).get(id);
    return row === undefined ? undefined : parse(row["document"]);
  }

  /** Replaces a document in its place, or appends a new one. */
  put<T extends Table>(table: T, id: string, document: Tables[T]): void {
    this.#db
      .prepare(
        `INSERT INTO ${table} (id, document) VALUES (?, ?)
         ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
      )
      .run(id, canonicalJson(document));
  }

  /** Flights that leave from or arrive at an airport, in database order. */
  flights(end: "origin" | "destination", airport: string): readonly Flight[] {
    return this.#db
      .prepare("SELECT document FROM flights WHERE document ->> ? = ? ORDER BY position")
      .all(end, airport)
      .map((row) => parse(row["document"]));
  }

  /** Records, durably and before anything is done, that a request arrived. */
  recordRequest(request: ArrivedRequest): void {
    this.#db
      .prepare("INSERT INTO requests (idempotency_key, tool, input) VALUES (?, ?, ?)")
      .run(request.idempotencyKey, request.tool, JSON.stringify(request.input));
  }

  /**
   * Applies an effect and enters it into the ledger in one transaction. With a key that is in
   * the ledger it returns the first result and applies nothing. When `apply` throws, nothing
   * has changed and the key is still free.
   */
  applyOnce(idempotencyKey: string, tool: string, apply: () => unknown): unknown {
    return this.#transaction(() => {
      const first = this.#db
        .prepare("SELECT result FROM effects WHERE idempotency_key = ?")
        .get(idempotencyKey);
      if (first !== undefined) return parse(first["result"]);
      const result = apply();
      this.#db
        .prepare("INSERT INTO effects (idempotency_key, tool, result) VALUES (?, ?, ?)")
        .run(idempotencyKey, tool, JSON.stringify(result));
      return result;
    });
  }

  /** Every request that arrived, in order, repeated ones too. */
  requests(): readonly ArrivedRequest[] {
    const rows = this.#db.prepare("SELECT * FROM requests ORDER BY position").all();
    return rows.map((row) => ({
      idempotencyKey: String(row["idempotency_key"]),
      tool: String(row["tool"]),
      input: parse(row["input"]),
    }));
  }

  /** The ledger, in the order in which the effects were applied. */
  effects(): readonly AppliedEffect[] {
    const rows = this.#db.prepare("SELECT * FROM effects ORDER BY rowid").all();
    return rows.map((row) => ({
      idempotencyKey: String(row["idempotency_key"]),
      tool: String(row["tool"]),
      result: parse(row["result"]),
    }));
  }

  /** The digest of all documents, by the rule in the recordings' README. */
  digest(): string {
    const tables = TABLES.map((table) => {
      const rows = this.#db.prepare(`SELECT id, document FROM ${table} ORDER BY id`).all();
      const entries = rows.map((row) => `${JSON.stringify(row["id"])}:${String(row["document"])}`);
      return `"${table}":{${entries.join(",")}}`;
    });
    return sha256(`{${tables.join(",")}}`);
  }

  #transaction<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }
}

// The column is JSON text that this file or seed.ts wrote; the caller's type is what was written.
function parse<T>(column: unknown): T {
  return JSON.parse(String(column)) as T;
}
