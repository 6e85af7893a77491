// Owns waiting until a command stands behind a running segment, so that a test lets the segment go
// on only then.
import { expect, vi } from "vitest";
import type { Task } from "../../agent/support/task.ts";
import { PATIENCE } from "../../agent/support/task.ts";
import type { TestEngine } from "../../support/restate.ts";

export function commandWaits(engine: TestEngine, { agent, id }: Task): Promise<void> {
  return vi.waitFor(async () => {
    const rows = await engine.admin.query(
      `SELECT id FROM sys_invocation WHERE target_service_name = '${agent}' AND target_service_key = '${id}'
       AND target_handler_name = 'apply' AND status != 'completed'`,
    );
    expect(rows).toHaveLength(1);
  }, PATIENCE);
}
