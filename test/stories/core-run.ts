// Owns the run of a story's task by the reference shell: whose clock each handler goes by, the timer
// that the server keeps, and which calls were ever issued.
import type { EventBody } from "../../contract/event.ts";
import type { Decision } from "../../core/decide.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { verbOf } from "../../core/tool-verb.ts";
import { onNoEvent } from "../../core/transition/wait.ts";
import type { CoreTask } from "../core/core-task.ts";
import { startedTask } from "../core/core-task.ts";
import type { Input } from "../core/inputs.ts";
import { closeHandler, feed } from "../core/reference-shell.ts";
import type { StoryAgent } from "./story-agent.ts";

export interface CoreRun {
  readonly task: CoreTask;
  /** Ids of operations that were ever executed. */
  readonly issued: ReadonlySet<string>;
  give(input: Input): void;
  /** What a handler makes of the head that it finds. */
  record(eventsOf: () => readonly EventBody[]): void;
  pass(ms: number): Promise<void>;
}

export function coreRun({ agent }: StoryAgent): CoreRun {
  const task = startedTask(agent);
  closeHandler(task);
  const issued = new Set<string>();
  const watch = {
    onDecision: (_: TaskHead, made: Decision) => {
      if (made.do !== "call-tools") return;
      for (const each of made.operations)
        if (verbOf(each) === "execute") issued.add(each.operationId);
    },
    onRest: () => undefined,
  };
  const clocks = { worker: task.now, server: 0 };
  /** The server's, so that it does not matter what becomes of a worker's clock (F27). */
  let timer = { park: 0, dueAt: 0 };
  const handle = (act: () => void): void => {
    clocks.worker += 10;
    // What a handler takes for now: its worker's clock, unless the log knows better.
    task.now = Math.max(clocks.worker, task.head.updatedAt);
    act();
    const { number, wakeAt } = task.head.park;
    if (wakeAt === undefined || number === timer.park) return;
    timer = { park: number, dueAt: clocks.server + Math.max(0, wakeAt - task.head.updatedAt) };
  };
  const give = (input: Input): void => handle(() => feed(task, input, watch));
  const record: CoreRun["record"] = (eventsOf) =>
    handle(() => {
      task.record(eventsOf());
      closeHandler(task);
    });
  return {
    task,
    issued,
    give,
    record,
    pass: async (ms) => {
      // Inboxes that were asked have answered by then.
      for (const { operationId, wait } of task.head.operations) {
        if (wait?.askedAt === undefined) continue;
        record(() => onNoEvent(task.head, { operationId }, { agent, now: task.now }));
      }
      clocks.worker += ms;
      clocks.server += Math.max(0, ms);
      const isDue = task.head.park.wakeAt !== undefined && timer.dueAt <= clocks.server;
      give({ do: "timer", late: !isDue });
    },
  };
}
