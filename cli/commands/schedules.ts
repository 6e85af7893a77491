// Owns `holdfast schedules`: what runs when, making one, and its verbs.
import { type Command, Option } from "commander";
import type { ScheduleView, SetResult } from "../../contract/schedule.ts";
import type { ScheduleList } from "../../contract/lists.ts";
import {
  type AddCommand,
  type ApiOptions,
  apiOf,
  type Cli,
  print,
  type ReasonOptions,
  reasonOf,
  withApi,
  withReason,
} from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { cliProblem, problemOf } from "../problem.ts";
import { readMessage } from "../output/read-argument.ts";
import { type PageOptions, printPage, withPage } from "../page.ts";
import { safeText } from "../output/safe-text.ts";
import { type ScheduleFlags, scheduleBody } from "../schedules/schedule-body.ts";
import { scheduleText } from "../schedules/schedule-text.ts";

const ID = "the schedule's id";

type CreateOptions = ReasonOptions & ScheduleFlags;

export const addSchedules: AddCommand = (program, cli) => {
  const schedules = program
    .command("schedules")
    .description("agents by the clock: list, show, create, pause, resume, run-now, delete");

  withPage(
    withApi(schedules.command("list").description("the ids of the schedules")),
    "schedules",
  ).action(async (options: PageOptions) => {
    const api = await apiOf(cli, options);
    const { limit, cursor } = options;
    const query = { limit, cursor };
    const page = await api.ask<ScheduleList>({
      path: ["schedules"],
      query,
      about: "list of schedules",
    });
    printPage(cli, options, page, ({ schedules: all }) =>
      all.length === 0
        ? "No schedules.\n"
        : all.map(({ scheduleId }) => `${safeText(scheduleId)}\n`).join(""),
    );
  });

  withApi(
    schedules.command("show").description("what is set, the next times, and the last outcomes"),
  )
    .argument("<schedule>", ID)
    .action(async (id: string, options: ApiOptions) => {
      const api = await apiOf(cli, options);
      const view = await api.ask<ScheduleView>(onSchedule(id));
      print(cli, options, view, (shown) => scheduleText(cli.terminal, shown));
    });

  addCreate(schedules, cli);
  addVerb(schedules, cli, {
    name: "pause",
    verb: "pause",
    about: "no more times, until it is resumed",
  });
  addVerb(schedules, cli, { name: "resume", verb: "resume", about: "goes on" });
  addVerb(schedules, cli, {
    name: "run-now",
    verb: "runNow",
    about: "one more occurrence, at once",
  });
  addVerb(schedules, cli, {
    name: "delete",
    verb: "delete",
    about: "ends it; nothing of it is left",
  });
};

function addCreate(schedules: Command, cli: Cli): void {
  withReason(schedules.command("create").description("makes a schedule that is not there yet"))
    .argument("<schedule>", ID)
    .argument("<message>", "what is said each time; - reads it from standard input")
    .addOption(
      new Option("--cron <expression>", "when, such as '0 9 * * mon-fri'").conflicts("every"),
    )
    .option("--time-zone <name>", "of --cron (UTC)")
    .option("--every <span>", "when, such as 10m or 1d")
    .addOption(new Option("--start <agent>", "each time a new task of it").conflicts("messageTo"))
    .option("--message-to <task>", "each time a message to <agent>/<taskId>")
    .addOption(
      new Option("--overlap <rule>", "of --start, at work (allow)").choices(["allow", "skip"]),
    )
    .addOption(
      new Option("--when-busy <rule>", "of --message-to (queue)").choices([
        "queue",
        "steer",
        "skip",
      ]),
    )
    .addOption(
      new Option("--missed <rule>", "of missed times (one)").choices(["skip", "one", "all"]),
    )
    .action(async (id: string, message: string, options: CreateOptions) => {
      const spec = scheduleBody(options, await readMessage(message));
      const reason = await reasonOf(cli, options);
      const api = await apiOf(cli, options);
      // Version 0: unless it is new.
      const body = { ...spec, reason, version: 0 };
      const result = await api
        .ask<SetResult>({ ...onSchedule(id), method: "PUT", body })
        .catch((error: unknown) => refuseSecond(error, id));
      print(
        cli,
        options,
        result,
        ({ result: how, next }) =>
          `${safeText(id)}: ${how}${next === undefined ? "" : `, next ${next}`}\n`,
      );
    });
}

/** The API's own sentence is about versions, which nobody has named here. */
function refuseSecond(error: unknown, id: string): never {
  if (problemOf(error).code !== "schedule_conflict") throw error;
  const sentence = `there is a schedule ${safeText(id)} already; delete it, or choose another id`;
  throw cliProblem(EXIT.refused, "schedule_conflict", sentence);
}

interface Verb {
  readonly name: string;
  readonly verb: string;
  readonly about: string;
}

function addVerb(schedules: Command, cli: Cli, { name, verb, about }: Verb): void {
  withReason(schedules.command(name).description(about))
    .argument("<schedule>", ID)
    .action(async (id: string, options: ReasonOptions) => {
      const body = { reason: await reasonOf(cli, options) };
      const api = await apiOf(cli, options);
      const answer = await api.ask<{ readonly result: string }>({ ...onSchedule(id, verb), body });
      print(cli, options, answer, ({ result }) => `${safeText(id)}: ${name}, ${result}\n`);
    });
}

function onSchedule(id: string, handler?: string) {
  return {
    path: ["schedules", id, ...(handler === undefined ? [] : [handler])],
    about: `schedule ${safeText(id)}`,
  };
}
