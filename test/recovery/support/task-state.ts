// Owns a task's stored state as an operator reads and writes it, around the agent object: by SQL
// and by the admin API. What the keys mean is not its business.
import { expect, vi } from "vitest";
import { PATIENCE, type Task } from "../../agent/support/task.ts";
import type { TestEngine } from "../../support/restate.ts";

/** Keys to values, which are JSON. */
export type StoredState = Readonly<Record<string, unknown>>;

export async function readState(engine: TestEngine, task: Task): Promise<StoredState> {
  const rows = await engine.admin.query(
    `SELECT key, value_utf8 FROM state
     WHERE service_name = '${task.agent}' AND service_key = '${task.id}' ORDER BY key`,
  );
  return Object.fromEntries(
    rows.map(({ key, value_utf8: value }) => [String(key), JSON.parse(String(value)) as unknown]),
  );
}

/** Makes the state of a task that nothing is running of, and waits until it is there. */
export async function writeState(
  engine: TestEngine,
  task: Task,
  state: StoredState,
): Promise<void> {
  const newState: Record<string, readonly number[]> = {};
  for (const [key, value] of Object.entries(state)) {
    newState[key] = [...Buffer.from(JSON.stringify(value))];
  }
  const response = await fetch(`${engine.adminUrl}/services/${task.agent}/state`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ object_key: task.id, new_state: newState }),
  });
  expect(response.status).toBe(202);
  await vi.waitFor(async () => expect(await readState(engine, task)).toEqual(state), PATIENCE);
}
