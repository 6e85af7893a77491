// Owns a verb on many tasks: what matches is listed first, exactly that is touched once somebody says so,
// and each task has an outcome of its own.
import type { Command } from "commander";
import PQueue from "p-queue";
import { hasEnded, TASK_STATUSES, type TaskStatus } from "../../contract/status.ts";
import type { ListedTask } from "../../contract/lists.ts";
import type { Api } from "../api/api.ts";
import { type ApiOptions, apiOf, type Cli, print } from "../command.ts";
import { EXIT, type ExitCode, gravest } from "../exit-code.ts";
import { confirmed } from "../output/confirm.ts";
import { interrupted, problemOf } from "../problem.ts";
import { type TaskName, taskText } from "./name-task.ts";
import { allTasks, type TaskFilters } from "./task-filters.ts";
import { taskTable } from "./task-table.ts";

export interface BulkOptions extends ApiOptions {
  readonly all?: true;
  readonly yes?: true;
  readonly dryRun?: true;
}

export interface BulkVerb<Answer extends object> {
  readonly verb: string;
  readonly filters: TaskFilters;
  /** Where the filters name no status. Default: those that are no end. */
  readonly among?: readonly TaskStatus[] | undefined;
  readonly options: BulkOptions;
  /** Of every task; asked for before anything is done. */
  readonly bodyOf: () => Promise<object>;
  readonly act: (api: Api, task: ListedTask, body: object) => Promise<Answer>;
}

/** Of one task: what the API answered, or why it was not done. */
type Outcome<Answer> = TaskName &
  (
    | { readonly answer: Answer }
    | {
        readonly error: {
          readonly code: string;
          readonly message: string;
          readonly exitCode: ExitCode;
        };
      }
  );

interface BulkAnswer<Answer> {
  readonly verb: string;
  readonly dryRun: boolean;
  readonly matched: number;
  readonly done: number;
  readonly tasks: readonly (Outcome<Answer> | TaskName)[];
}

const OPEN = TASK_STATUSES.filter((status) => !hasEnded(status));
/** Rows of a preview; of more it says how many. */
const SHOWN = 20;
const AT_ONCE = 8;

export function withBulk(command: Command): Command {
  return command
    .option("--all", "all tasks that may take it")
    .option("--dry-run", "only shows which tasks it would be")
    .option("--yes", "asks nobody");
}

export async function actOnMany<Answer extends object>(
  cli: Cli,
  { verb, filters, among = OPEN, options, bodyOf, act }: BulkVerb<Answer>,
): Promise<void> {
  const { terminal } = cli;
  const body = await bodyOf();
  const api = await apiOf(cli, options);
  const tasks: ListedTask[] = [];
  for await (const task of allTasks(api, { status: among, ...filters })) tasks.push(task);
  terminal.err(previewText(cli, verb, tasks));
  const end = (outcomes: readonly (Outcome<Answer> | TaskName)[], done: number) => {
    const answer: BulkAnswer<Answer> = {
      verb,
      dryRun: options.dryRun === true,
      matched: tasks.length,
      done,
      tasks: outcomes,
    };
    print(cli, options, answer, (all) => outcomesText(cli, all));
  };
  if (tasks.length === 0 || options.dryRun) return end(tasks.map(nameOf), 0);
  const goesOn = await confirmed(cli, `${verb} ${tasks.length === 1 ? "it" : "all of them"}?`, {
    yes: options.yes === true,
    flag: "--yes, or --dry-run to only look",
  });
  if (!goesOn) return end([], 0);
  const outcomes = await actOnEach(cli, tasks, (task) => act(api, task, body));
  const failures = outcomes.flatMap((outcome) =>
    "error" in outcome ? [outcome.error.exitCode] : [],
  );
  end(outcomes, outcomes.length - failures.length);
  if (cli.signal.aborted) throw interrupted();
  cli.endWith(gravest([EXIT.done, ...failures]));
}

async function actOnEach<Answer extends object>(
  { terminal, signal }: Cli,
  tasks: readonly ListedTask[],
  act: (task: ListedTask) => Promise<Answer>,
): Promise<readonly Outcome<Answer>[]> {
  const queue = new PQueue({ concurrency: AT_ONCE });
  let ended = 0;
  const one = async (task: ListedTask): Promise<readonly Outcome<Answer>[]> => {
    // Interrupted: what was not begun is not begun.
    if (signal.aborted) return [];
    const outcome = await act(task).then(
      (answer): Outcome<Answer> => ({ ...nameOf(task), answer }),
      (error: unknown): Outcome<Answer> => ({ ...nameOf(task), error: problemOf(error) }),
    );
    ended += 1;
    terminal.progress(`${ended} of ${tasks.length}`);
    return [outcome];
  };
  return (await queue.addAll(tasks.map((task) => () => one(task)))).flat();
}

function nameOf({ agent, taskId }: ListedTask): TaskName {
  return { agent, taskId };
}

function previewText({ terminal }: Cli, verb: string, tasks: readonly ListedTask[]): string {
  if (tasks.length === 0) return "No task matches.\n";
  const more = tasks.length > SHOWN ? `... and ${tasks.length - SHOWN} more\n` : "";
  const count = `${tasks.length} ${tasks.length === 1 ? "task" : "tasks"}`;
  return `${verb}, ${count}:\n${taskTable(terminal, tasks.slice(0, SHOWN))}${more}`;
}

function outcomesText<Answer>(
  { terminal }: Cli,
  { verb, dryRun, matched, done, tasks }: BulkAnswer<Answer>,
): string {
  const refused = tasks.flatMap((each) =>
    "error" in each ? [`${terminal.bad("not")} ${taskText(each)}: ${each.error.message}\n`] : [],
  );
  const summary = dryRun ? "nothing was done" : `${verb}: ${done} of ${matched}`;
  return `${refused.join("")}${summary}\n`;
}
