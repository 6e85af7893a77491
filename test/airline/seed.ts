// Owns the making of databases: one template file from the recorded documents, and a copy of
// it per task, so that 150 databases cost little more than the disk they take.
import { constants, copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { canonicalJson } from "../../core/digest.ts";
import { databasePath, TABLES } from "./database.ts";
import { loadDocuments } from "./dataset.ts";

/** Seeds the database of one task. Throws when the task has one already. */
export type Seed = (taskId: string) => void;

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  ${TABLES.map(
    (table) => `CREATE TABLE ${table} (
      position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL
    ) STRICT;`,
  ).join("\n")}
  CREATE TABLE requests (
    position INTEGER PRIMARY KEY, idempotency_key TEXT NOT NULL, tool TEXT NOT NULL, input TEXT NOT NULL
  ) STRICT;
  CREATE TABLE effects (
    idempotency_key TEXT NOT NULL PRIMARY KEY, tool TEXT NOT NULL, result TEXT NOT NULL
  ) STRICT;
`;

/** Makes the template in a new, empty directory and returns what seeds a task from it. */
export function prepareSeed(directory: string): Seed {
  mkdirSync(directory, { recursive: true });
  const template = join(directory, "template.db");
  writeTemplate(template);
  return (taskId) => {
    const path = databasePath(directory, taskId);
    copyFileSync(template, path, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  };
}

function writeTemplate(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec(SCHEMA);
    db.exec("BEGIN");
    const documents = loadDocuments();
    for (const table of TABLES) {
      const insert = db.prepare(`INSERT INTO ${table} (id, document) VALUES (?, ?)`);
      for (const [id, document] of Object.entries(documents[table])) {
        insert.run(id, canonicalJson(document));
      }
    }
    db.exec("COMMIT");
  } finally {
    // Closing moves the write-ahead log into the file, which is then all there is to copy.
    db.close();
  }
}
