// Owns what a reader of the fleet's stream is sent: each task of the tenant whose stored head has
// changed, as a list shows it. Told by workers it looks at once at those tasks, and now and then at all.
import { setTimeout as delay } from "node:timers/promises";
import type { Hear, LiveFeed } from "../../contract/live.ts";
import { idWithin } from "../../contract/tenant.ts";
import { LRUCache } from "lru-cache";
import { changedTasks, type ChangedTask } from "../list/changed-tasks.ts";
import type { RouteDeps } from "../route.ts";
import { createBell } from "./bell.ts";
import type { EventSink } from "./event-sink.ts";

/** How often all tasks are looked at, in milliseconds. */
const LOOK_MS = 5_000;
/** News come in crowds: they are looked at together, in milliseconds. */
const TOGETHER_MS = 200;
/** Workers' clocks may be so far apart, so that changes appear behind the cursor, in milliseconds. */
const OVERLAP_MS = 10_000;
/** Tasks of which the reader is known to have the last change. */
const REMEMBERED = 20_000;
/** Of one look. The rest comes with the next. */
const MAX_CHANGES = 500;

export interface FollowedFleet {
  readonly query: RouteDeps["query"];
  readonly tenant: string | undefined;
  /** Changes since then, in milliseconds since the epoch. */
  readonly since: number;
  readonly feed: Pick<LiveFeed, "followAll">;
}

/**
 * Until the signal aborts. Each change of a task's status is sent, but for what another change follows
 * within the time of a look; after a new start with a cursor, changes of the last seconds may come twice.
 */
export async function followFleet(
  { query, tenant, feed, ...from }: FollowedFleet,
  { send }: EventSink,
  signal: AbortSignal,
): Promise<void> {
  const bell = createBell();
  const sent = new LRUCache<string, number>({ max: REMEMBERED });
  let hinted = new Set<string>();
  let { since } = from;
  let lookAt = 0;
  const hear: Hear = ({ taskId }) => {
    if (idWithin(tenant, taskId) === undefined || hinted.size >= MAX_CHANGES) return;
    hinted.add(taskId);
    bell.ring();
  };
  const tell = async ({ key, stamp, task }: ChangedTask): Promise<void> => {
    if (sent.get(key) === stamp) return;
    sent.set(key, stamp);
    since = Math.max(since, task.updatedAt);
    await send({ event: "task", data: task, id: String(since) });
  };
  const stop = feed.followAll(hear);
  try {
    while (!signal.aborted) {
      const all = Date.now() >= lookAt;
      const keys = [...hinted];
      hinted = new Set();
      const of = all ? { since: since - OVERLAP_MS } : { keys };
      const changes =
        all || keys.length > 0
          ? await changedTasks(query, tenant, { ...of, limit: MAX_CHANGES })
          : [];
      for (const change of changes) await tell(change);
      const more = all && changes.length === MAX_CHANGES;
      if (all && !more) lookAt = Date.now() + LOOK_MS;
      if (more) continue;
      await bell.wait(Math.max(0, lookAt - Date.now()), signal);
      if (hinted.size > 0) await delay(TOGETHER_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    stop();
  }
}
