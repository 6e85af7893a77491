// Owns `holdfast log`: the task log, page by page, or as it grows.
import { setTimeout as delay } from "node:timers/promises";
import { InvalidArgumentError } from "commander";
import type { EventsPage } from "../../contract/api.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { Api } from "../api/api.ts";
import {
  type AddCommand,
  type ApiOptions,
  apiOf,
  type Cli,
  printLine,
  withApi,
} from "../command.ts";
import { eventText } from "../output/event-text.ts";
import { interrupted } from "../problem.ts";
import { nameTask, onTask, TASK_ARGUMENT, type TaskName } from "../tasks/name-task.ts";

interface LogOptions extends ApiOptions {
  readonly after: number;
  readonly follow?: true;
}

const PAGE = 500;
const POLL_MS = 500;

export const addLog: AddCommand = (program, cli) => {
  withApi(program.command("log").description("the task log; --json: one event a line"))
    .argument("<task>", TASK_ARGUMENT)
    .option("--after <seq>", "only events after this position", readPosition, -1)
    .option("--follow", "goes on as it grows; Ctrl-C ends it")
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
  let cursor = after;
  for (;;) {
    const query = { after: cursor, limit: PAGE };
    const page = await api.ask<EventsPage>({ ...onTask(task, "events"), query });
    yield* page.events;
    ({ cursor } = page);
    if (page.more) continue;
    if (follow === undefined) return;
    await delay(POLL_MS, undefined, { signal }).catch(() => {
      throw interrupted();
    });
  }
}

function readPosition(text: string): number {
  if (/^(-1|\d{1,12})$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It takes a position, or -1 for the beginning.");
}
