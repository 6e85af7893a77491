// Owns the verbs of control as commands: on one task, or on all that match filters, seen before.
import type { Command } from "commander";
import type { ListedTask } from "../../contract/lists.ts";
import type { Api } from "../api/api.ts";
import {
  type AddCommand,
  apiOf,
  type Cli,
  print,
  type ReasonOptions,
  reasonOf,
  withReason,
} from "../command.ts";
import { safeText } from "../output/safe-text.ts";
import { usage } from "../problem.ts";
import { actOnMany, type BulkOptions, withBulk } from "../tasks/act-on-many.ts";
import { nameTask, onTask, TASK_ARGUMENT, taskText } from "../tasks/name-task.ts";
import { filtersIn, type TaskFilters, withFilters } from "../tasks/task-filters.ts";
import { given, VERB_ROWS, type VerbFlags, type VerbRow } from "./verb-table.ts";

type VerbOptions = ReasonOptions & BulkOptions & TaskFilters & VerbFlags;

/** As every verb answers. */
interface VerbAnswer {
  readonly status: string;
  /** Absent of `kill`, which is over when it answers. */
  readonly result?: string;
}

export const addVerbs: AddCommand = (program, cli) => {
  for (const row of VERB_ROWS) addVerb(program, cli, row);
};

function addVerb(program: Command, cli: Cli, row: VerbRow): void {
  const { verb, about, many, flags = [] } = row;
  const command = withReason(program.command(verb).description(about));
  for (const flag of flags) command.addOption(flag);
  if (!many) {
    command
      .argument("<task>", TASK_ARGUMENT)
      .action((name: string, options: VerbOptions) => actOnOne(cli, row, name, options));
    return;
  }
  withBulk(withFilters(command))
    .argument("[task]", `${TASK_ARGUMENT}; without one, filters or --all`)
    .action(async (name: string | undefined, options: VerbOptions) => {
      const filters = filtersIn(options);
      const isMany = filters !== undefined || options.all === true;
      if (name !== undefined && isMany) throw usage(`give ${verb} one task, or filters, not both`);
      if (name !== undefined) return actOnOne(cli, row, name, options);
      if (!isMany) throw usage(`say which: holdfast ${verb} <task>, or filters, or --all`);
      const act = async (api: Api, task: ListedTask, body: object) =>
        api.ask<VerbAnswer>({ ...onTask(task, verb), body });
      const bodyOf = () => bodyWithReason(cli, row, options);
      const { among } = row;
      return actOnMany(cli, { verb, filters: filters ?? {}, among, options, bodyOf, act });
    });
}

async function actOnOne(cli: Cli, row: VerbRow, name: string, options: VerbOptions): Promise<void> {
  const body = await bodyWithReason(cli, row, options);
  const api = await apiOf(cli, options);
  const task = await nameTask(api, name, { beginning: false });
  const answer = await api.ask<VerbAnswer>({ ...onTask(task, row.verb), body });
  print(
    cli,
    options,
    answer,
    ({ result, status }) =>
      `${taskText(task)}: ${row.verb}${result === undefined ? "" : ` ${safeText(result)}`}, the task is ${safeText(status)}\n`,
  );
}

async function bodyWithReason(cli: Cli, row: VerbRow, options: VerbOptions): Promise<object> {
  const fields = row.body?.(options) ?? ownFlags(row, options);
  return { ...fields, reason: await reasonOf(cli, options) };
}

function ownFlags({ flags = [] }: VerbRow, options: VerbOptions): object {
  return given(
    Object.fromEntries(
      flags.map((flag) => [flag.attributeName(), options[flag.attributeName()]] as const),
    ),
  );
}
