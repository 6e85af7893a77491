// Owns `npm start`: the refund desk on an embedded Restate server, one task of it with visible
// progress, and the commands to go on by hand. Ctrl-C stops everything; starting again continues
// what was parked. `--once` approves by itself and ends with the turn.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hasEnded } from "../../index.ts";
import type { TaskEvent } from "../../index.ts";
import { exitOnBadConfig } from "../../services/config.ts";
import { approvalClient } from "./approval-client.ts";
import { CUSTOMER_REQUESTS } from "./customer-requests.ts";
import { openDesk } from "./desk.ts";
import type { Desk } from "./desk.ts";
import { eventLine } from "./event-line.ts";
import { approvalCommands, operatorCommands } from "./operator-commands.ts";
import { taskClient, waitingCalls } from "./task-client.ts";
import type { TaskClient } from "./task-client.ts";
import { runUntilStopped, say } from "./terminal.ts";

/** How long a tool takes, in milliseconds: slow enough to be watched. */
const PACE_MS = 400;

const { values } = parseArgs({ options: { once: { type: "boolean", default: false } } });
const config = exitOnBadConfig();
const { ingressUrl, adminUrl } = config.restate;

await runUntilStopped(async (signal) => {
  const folder = join(config.dataDir, "refund-desk");
  const { apiKey, baseUrl, api } = config.model;
  const scriptedModel = apiKey === undefined && baseUrl === undefined;
  say(`Data and logs are in ${folder}.`);
  await using desk = await openDesk({
    config,
    folder,
    paceMs: PACE_MS,
    scriptedModel,
    console: true,
    say,
    signal,
  });
  say(
    desk.scriptedModelUrl === undefined
      ? `The model is asked at ${baseUrl ?? "OpenAI"} (${api}).`
      : `No OPENAI_API_KEY and no OPENAI_BASE_URL: a scripted model answers, at ${desk.scriptedModelUrl} (${api}).`,
  );
  const task = await startTask(signal);
  return values.once ? await runOnce(task, signal) : await watch(task, desk, signal);
});

/** The task of the first customer's request that is not at its end. */
async function startTask(signal: AbortSignal): Promise<TaskClient> {
  for (const { taskId, message } of CUSTOMER_REQUESTS) {
    const task = taskClient(ingressUrl, taskId, signal);
    const { status, created } = await task.start({ message });
    if (created) say(`\nTask ${taskId} is started:`);
    else if (status !== "idle" && !hasEnded(status))
      say(`\nTask ${taskId} goes on, it is ${status}:`);
    else continue;
    return task;
  }
  say(
    "\nEvery request of the example was handled; remove the folder to begin anew. The first one:",
  );
  return taskClient(ingressUrl, CUSTOMER_REQUESTS[0].taskId, signal);
}

/** Shows all that happens, and what can be done wherever somebody has to act, until it is stopped. */
async function watch(task: TaskClient, desk: Desk, signal: AbortSignal): Promise<boolean> {
  const offered = new Set<string>();
  let explained = false;
  for await (const events of task.follow(-1, signal)) {
    showEvents(events);
    const status = await task.status();
    if (status.status === "queued" || status.status === "running") continue;
    for (const call of waitingCalls(status)) {
      if (offered.has(call.approvalId)) continue;
      offered.add(call.approvalId);
      const { url } = approvalClient(ingressUrl, call.approvalId, signal);
      say(`\n${approvalCommands(url, call)}`);
    }
    if (explained) continue;
    explained = true;
    const commands = { taskUrl: task.url, adminUrl, workerPid: desk.worker.pid() };
    say(`\n${operatorCommands(commands)}\n\nCtrl-C stops everything; npm start continues.\n`);
  }
  return true;
}

/** Approves whatever waits for it; resolves to whether the turn was completed. */
async function runOnce(task: TaskClient, signal: AbortSignal): Promise<boolean> {
  for await (const events of task.follow(-1, signal)) {
    showEvents(events);
    const status = await task.status();
    for (const call of waitingCalls(status)) {
      say(`                --once approves ${call.tool}.`);
      const { digest, approvalId } = call;
      await approvalClient(ingressUrl, approvalId, signal).decide({
        decision: "approve",
        digest,
        by: "--once",
      });
    }
    // The last events may have come after the page that was shown.
    if ((events.at(-1)?.seq ?? -1) < status.cursor) continue;
    if (status.status === "idle" || status.status === "failed") return status.status === "idle";
  }
  return false;
}

function showEvents(events: readonly TaskEvent[]): void {
  for (const line of events.flatMap((event) => eventLine(event) ?? [])) say(line);
}
