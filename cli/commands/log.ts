// Owns `holdfast log`: the task log, page by page, or as it grows.
import { InvalidArgumentError } from "commander";
import type { EventsPage } from "../../contract/api.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { Api } from "../api/api.ts";
import { pauseFor, readStream } from "../api/read-stream.ts";
import {
  type AddCommand,
  type ApiOptions,
  apiOf,
  type Cli,
  printLine,
  withApi,
} from "../command.ts";
import { eventText } from "../output/event-text.ts";
import { nameTask, onTask, TASK_ARGUMENT, type TaskName } from "../tasks/name-task.ts";

interface LogOptions extends ApiOptions {
  readonly after: number;
  readonly follow?: true;
}

const PAGE = 500;
const POLL_MS = 500;
/** A stream that was cut off is asked for again, so often, and after so many milliseconds each. */
const AGAIN = { times: 30, ms: 1_000 };

export const addLog: AddCommand = (program, cli) => {
  withApi(program.command("log").description("the task log; --json: one event a line"))
    .argument("<task>", TASK_ARGUMENT)
    .option("--after <seq>", "only events after this position", readPosition, -1)
    .option("--follow", "goes on as it grows; Ctrl-C ends it, or at a gateway the end of the task")
    .action(async (given: string, options: LogOptions) => {
      const api = await apiOf(cli, options);
      const task = await nameTask(api, given, { beginning: true });
      for await (const event of eventsOf(cli, api, task, options))
        printLine(cli, options, event, (each) => eventText(cli.terminal, each));
    });
};

async function* eventsOf(
  { signal }: Cli,
  api: Api,
  task: TaskName,
  { after, follow }: LogOptions,
): AsyncGenerator<TaskEvent> {
  if (follow === true && api.tells) {
    yield* streamOf(signal, api, task, after);
    return;
  }
  let cursor = after;
  for (;;) {
    const query = { after: cursor, limit: PAGE };
    const page = await api.ask<EventsPage>({ ...onTask(task, "events"), query });
    yield* page.events;
    ({ cursor } = page);
    if (page.more) continue;
    if (follow === undefined) return;
    await pauseFor(POLL_MS, signal);
  }
}

/** As the gateway tells it; one that was cut off goes on behind what it has told. */
async function* streamOf(
  signal: AbortSignal,
  api: Api,
  task: TaskName,
  after: number,
): AsyncGenerator<TaskEvent> {
  let cursor = after;
  // One that never could be had is asked for once.
  let left = 0;
  for (;;) {
    try {
      const request = { ...onTask(task, "stream"), query: { after: cursor } };
      for await (const { event, data } of readStream(api, request, signal)) {
        left = AGAIN.times;
        if (event === "end") return;
        if (event !== "log") continue;
        const logged = data as TaskEvent;
        cursor = logged.seq;
        yield logged;
      }
    } catch (error) {
      if (left === 0) throw error;
    }
    left -= 1;
    await pauseFor(AGAIN.ms, signal);
  }
}

function readPosition(text: string): number {
  if (/^(-1|\d{1,12})$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It takes a position, or -1 for the beginning.");
}
