// Owns how these tests speak to schedules: plain HTTP to the ingress, and SQL for what is left.
import { expect, vi } from "vitest";
import type { ScheduleView } from "../../../contract/schedule.ts";
import { PATIENCE } from "../../agent/support/task.ts";
import { CLERK } from "../../recovery/support/clerk.ts";
import type { TestEngine } from "../../support/restate.ts";

export const SERVICE = "holdfast.schedule";
const LONG = { ...PATIENCE, timeout: 60_000 };

/** A target that starts the clerk, whose model follows the plan. */
export const startsClerk = (plan: string, more: object = {}) => ({
  kind: "start",
  agent: CLERK,
  message: `scheduled\n${plan}`,
  ...more,
});

export function schedulesOf(engine: () => TestEngine) {
  const say = async <T = unknown>(id: string, handler: string, body?: object): Promise<T> => {
    const said = handler === "show" ? body : { reason: "the test", ...body };
    const answer = await engine().call(`${SERVICE}/${encodeURIComponent(id)}/${handler}`, said);
    if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
    return answer.body as T;
  };
  const show = (id: string) => say<ScheduleView>(id, "show");
  /** The schedule's own invocations that have not completed, reads excepted. */
  const open = async (id: string): Promise<readonly string[]> => {
    const rows = await engine().admin.query(
      `SELECT target_handler_name AS handler, status FROM sys_invocation
       WHERE target_service_name = '${SERVICE}' AND target_service_key = '${id}'
       AND status != 'completed' AND target_handler_name != 'show'`,
    );
    return rows.map(({ handler, status }) => `${String(handler)} ${String(status)}`);
  };
  return {
    say,
    show,
    open,
    /** Waits until these are all of them. */
    opens: (id: string, what: readonly string[]) =>
      vi.waitFor(async () => expect(await open(id)).toEqual(what), PATIENCE),
    /** Waits until the schedule looks like this. */
    until: (id: string, check: (view: ScheduleView) => void): Promise<ScheduleView> =>
      vi.waitFor(async () => {
        const view = await show(id);
        check(view);
        return view;
      }, LONG),
  };
}
