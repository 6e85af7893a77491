// Owns `npm run demo:crash`: one refund, with the worker and the server killed with SIGKILL in
// the middle of it, twice each, and then the proof, from the shop's database and the model's own
// count of its calls, that nothing was repeated. Ends with exit code 1 where something was.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { TaskEvent } from "../../index.ts";
import { exitOnBadConfig } from "../../services/config.ts";
import { approvalClient } from "./approval-client.ts";
import { CUSTOMER_REQUESTS } from "./customer-requests.ts";
import { openDesk } from "./desk.ts";
import { eventLine } from "./event-line.ts";
import { asExpected, findingsTable } from "./findings.ts";
import { proveOnce } from "./prove-once.ts";
import { newRunFolder, removeEarlierRuns } from "./run-folder.ts";
import { openShop } from "./shop.ts";
import type { Shop } from "./shop.ts";
import type { Supervised } from "./supervise.ts";
import { taskClient, waitingCalls } from "./task-client.ts";
import type { TaskClient } from "./task-client.ts";
import { runUntilStopped, say } from "./terminal.ts";

/** How long a tool takes to answer, in milliseconds: time enough to be killed in. */
const PACE_MS = 2000;
const POLL_MS = 20;
/** After which the demo gives up, in milliseconds. */
const BOUND_MS = 120_000;

const config = exitOnBadConfig();

await runUntilStopped(async (stopped) => {
  const bound = AbortSignal.timeout(BOUND_MS);
  const signal = AbortSignal.any([stopped, bound]);
  const folder = newRunFolder(join(config.dataDir, "refund-desk-crash"));
  say(`Data and logs are in ${folder}.`);
  await using desk = await openDesk({
    config,
    folder,
    paceMs: PACE_MS,
    scriptedModel: true,
    say,
    signal,
  });
  const { worker, server, scriptedModelUrl: modelUrl } = desk;
  if (server === undefined || modelUrl === undefined) {
    throw new Error(
      "demo:crash kills its Restate server, so it takes one of its own: unset RESTATE_INGRESS_URL and RESTATE_ADMIN_URL.",
    );
  }
  await removeEarlierRuns(folder);
  using shop = openShop({ folder, paceMs: 0 });
  const [{ taskId, message }] = CUSTOMER_REQUESTS;
  const task = taskClient(config.restate.ingressUrl, taskId, signal);
  say(`\nTask ${taskId}:`);
  await task.start({ message });
  const events = await playWithKills({ task, shop, worker, server, signal }).catch(
    (error: unknown) => {
      throw bound.aborted ? new Error(`The task took more than ${BOUND_MS / 1000} s.`) : error;
    },
  );

  const findings = await proveOnce({ shop, events, modelUrl });
  say(`\n${findingsTable(findings)}`);
  const proven = asExpected(findings);
  say(
    proven ? "\nNothing was repeated, and nothing was lost." : "\nThis is not what was expected.",
  );
  return proven;
});

interface Scene {
  readonly task: TaskClient;
  readonly shop: Shop;
  readonly worker: Supervised;
  readonly server: Supervised;
  readonly signal: AbortSignal;
}

/** What nothing but a person continues. */
function endsEarly(event: TaskEvent): boolean {
  if (event.type === "task.parked") return event.data.status === "needs-operator";
  return event.type === "turn.completed" || event.type === "turn.failed";
}

/** Brings the task to its end; resolves to its log. */
async function playWithKills({
  task,
  shop,
  worker,
  server,
  signal,
}: Scene): Promise<readonly TaskEvent[]> {
  const log: TaskEvent[] = [];
  const pages = task.follow(-1, signal);
  const showUntil = async (...types: readonly TaskEvent["type"][]): Promise<void> => {
    for (;;) {
      const page = await pages.next();
      if (page.done === true) throw new Error("The task log ended.");
      log.push(...page.value);
      for (const line of page.value.flatMap((event) => eventLine(event) ?? [])) say(line);
      if (page.value.some((event) => types.includes(event.type))) return;
      if (page.value.some(endsEarly)) throw new Error("The task stopped before its time.");
    }
  };
  const until = async (happened: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await happened())) await sleep(POLL_MS, undefined, { signal });
  };
  const crash = async (what: string, process: Supervised, moment: string): Promise<void> => {
    say(`\n  SIGKILL to ${what} (process ${process.pid()}), ${moment}.\n`);
    await process.kill();
    await process.up();
  };

  await showUntil("model.answered");
  await crash("the worker", worker, "while it looks the order up");
  await showUntil("approval.opened");
  await crash("the server", server, "while the task waits for an approval");
  const [call] = waitingCalls(await task.status());
  if (call === undefined) throw new Error("The approval is lost.");
  say(
    `  The approval is still asked for: ${call.tool}, ${call.digest.slice(0, 12)}... It is given now.`,
  );
  const approval = approvalClient(config.restate.ingressUrl, call.approvalId, signal);
  await approval.decide({ decision: "approve", digest: call.digest, by: "demo:crash" });
  await until(() => shop.database.refunds().length > 0);
  await crash("the worker", worker, "after the money was sent and before anybody was told");
  await showUntil("model.answered");
  await until(async () => (await shop.outbox.letters()).length > 0);
  await crash("the server", server, "after the letter was written and before anybody was told");
  await showUntil("turn.completed", "turn.failed");
  return log;
}
