// Owns what a scene of demo.ts plays on: a desk with a shop of its own and one task, and what
// people do about the calls that it proposes.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DecideInput } from "../../index.ts";
import type { Config } from "../../services/config.ts";
import { approvalClient } from "./approval-client.ts";
import type { ApprovalClient } from "./approval-client.ts";
import { CUSTOMER_REQUESTS } from "./customer-requests.ts";
import { curl } from "./curl.ts";
import { openDesk } from "./desk.ts";
import type { IngressAnswer } from "./ingress.ts";
import { newRunFolder, removeEarlierRuns } from "./run-folder.ts";
import { openShop } from "./shop.ts";
import type { Shop } from "./shop.ts";
import { createStory, decisionLine, proposalLines } from "./story.ts";
import type { Story } from "./story.ts";
import { taskClient, waitingCalls } from "./task-client.ts";
import type { TaskClient, WaitingCall } from "./task-client.ts";

const POLL_MS = 50;

export interface StageOptions {
  readonly config: Config;
  /** Of the scene. */
  readonly name: string;
  readonly workerArgs: readonly string[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Stage extends Story, AsyncDisposable {
  /** Of the shop. */
  readonly folder: string;
  readonly ingressUrl: string;
  readonly task: TaskClient;
  readonly shop: Shop;
  readonly signal: AbortSignal;
  /** Shows the log until a call waits for a person, and then the call. */
  proposal(): Promise<WaitingCall>;
  /** A person decides: shows the command and its answer. */
  decide(call: WaitingCall, decision: Decision): Promise<IngressAnswer>;
  approval(call: WaitingCall): ApprovalClient;
}

/** A body of `decide` without the digest, which is the call's. */
export type Decision = DistributiveOmit<DecideInput, "digest">;
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Serves a new shop, and starts the task of its first customer. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { config, name, workerArgs, say, signal } = options;
  const { ingressUrl } = config.restate;
  const folder = newRunFolder(join(config.dataDir, `refund-desk-${name}`));
  await using opened = new AsyncDisposableStack();
  const around = { config, folder, paceMs: 0, scriptedModel: true, workerArgs, signal };
  // What is started there is of no interest to the story.
  opened.use(await openDesk({ ...around, say: () => undefined }));
  await removeEarlierRuns(folder);
  const shop = opened.use(openShop({ folder, paceMs: 0 }));
  const [{ taskId, message }] = CUSTOMER_REQUESTS;
  // An ID of its own, in case that the server is another's and remembers.
  const task = taskClient(ingressUrl, `${taskId}-${name}-${Date.now()}`, signal);
  say(`  Data and logs are in ${folder}.`);
  say(`  The task is ${task.url}.`);
  await task.start({ message });

  const story = createStory(task, say, signal);
  const approval = ({ approvalId }: WaitingCall) => approvalClient(ingressUrl, approvalId, signal);
  const running = opened.move();
  return {
    ...story,
    folder,
    ingressUrl,
    task,
    shop,
    signal,
    approval,
    proposal: async () => {
      // The second of a call whose order has changed meanwhile.
      await story.until("task.parked", ({ data }) =>
        /^(waiting-approval|stale)$/.test(data.status),
      );
      const call = await waitingCall(task, signal);
      story.tell(...proposalLines(call));
      return call;
    },
    decide: async (call, decision) => {
      const { url, tryToDecide } = approval(call);
      const input: DecideInput = { ...decision, digest: call.digest };
      story.command(curl(`${url}/decide`, input));
      const answer = await tryToDecide(input);
      story.command(decisionLine(answer));
      return answer;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** The approval may open a moment after the task has parked for it. */
async function waitingCall(task: TaskClient, signal: AbortSignal): Promise<WaitingCall> {
  for (;;) {
    const [call] = waitingCalls(await task.status());
    if (call !== undefined) return call;
    await sleep(POLL_MS, undefined, { signal });
  }
}
