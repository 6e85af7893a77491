// Owns `holdfast stop`, `lift` and `stops` (R99): nothing of a tool, a model, an agent or a tenant begins
// any more, in any task, until it is lifted.
import { type Command, Option } from "commander";
import {
  type LiftResult,
  STOP_KINDS,
  type StopKind,
  type StopList,
  type StopResult,
} from "../../contract/stop.ts";
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
import { confirmed } from "../output/confirm.ts";
import { safeText } from "../output/safe-text.ts";
import { tableText } from "../output/table.ts";
import { timeText } from "../output/time-text.ts";
import { cliProblem, usage } from "../problem.ts";

interface ScopeOptions extends ReasonOptions {
  readonly tool?: string;
  readonly model?: string;
  readonly agent?: string;
  readonly tenant?: string;
  readonly yes?: true;
}

export const addStops: AddCommand = (program, cli) => {
  withScope(
    program.command("stop").description("stops a tool, a model, an agent or a tenant at once"),
  )
    .option("--yes", "asks nobody")
    .action(async (options: ScopeOptions) => {
      const scope = scopeIn(options);
      const body = { ...scope, reason: await reasonOf(cli, options) };
      const api = await apiOf(cli, options);
      await confirmStop(cli, scope, options.yes === true);
      const result = await api.ask<StopResult>({ path: ["stops"], body, about: "list of stops" });
      print(
        cli,
        options,
        result,
        ({ result: how, status }) => `${scopeText(scope)}: ${how}, ${status}\n`,
      );
    });

  withScope(program.command("lift").description("lifts a stop")).action(
    async (options: ScopeOptions) => {
      const scope = scopeIn(options);
      const body = { ...scope, reason: await reasonOf(cli, options) };
      const api = await apiOf(cli, options);
      const about = `stop of the ${scopeText(scope)}`;
      const result = await api.ask<LiftResult>({ path: ["stops", "lift"], body, about });
      print(cli, options, result, () => `${scopeText(scope)}: lifted\n`);
    },
  );

  withApi(program.command("stops").description("the stops in force")).action(
    async (options: ApiOptions) => {
      const api = await apiOf(cli, options);
      const list = await api.ask<StopList>({ path: ["stops"], about: "list of stops" });
      print(cli, options, list, (shown) => stopsText(cli, shown));
    },
  );
};

function withScope(command: Command): Command {
  for (const kind of STOP_KINDS)
    command.addOption(
      new Option(`--${kind} <name>`, `the ${kind}, by its exact name`).conflicts(
        STOP_KINDS.filter((other) => other !== kind),
      ),
    );
  return withReason(command);
}

interface Scope {
  readonly kind: StopKind;
  readonly name: string;
}

function scopeIn(options: ScopeOptions): Scope {
  const kind = STOP_KINDS.find((each) => options[each] !== undefined);
  const name = kind === undefined ? undefined : options[kind];
  if (kind !== undefined && name !== undefined) return { kind, name };
  throw usage(`say what: ${STOP_KINDS.map((each) => `--${each} <name>`).join(", ")}`);
}

/** It touches every task there is. */
async function confirmStop(cli: Cli, scope: Scope, yes: boolean): Promise<void> {
  if (yes) return;
  cli.terminal.err(`stop, ${scopeText(scope)}: nothing of it begins any more, in any task\n`);
  if (await confirmed(cli, "Stop it?", { yes: false, flag: "--yes" })) return;
  throw cliProblem(EXIT.refused, "not_confirmed", "nothing was stopped");
}

function scopeText({ kind, name }: Scope): string {
  return `${kind} ${safeText(name)}`;
}

function stopsText({ terminal }: Cli, { stops }: StopList): string {
  if (stops.length === 0) return "Nothing is stopped.\n";
  return tableText(
    stops,
    [
      { head: "stop", cell: scopeText },
      { head: "status", cell: ({ status }) => status },
      { head: "since", cell: ({ acceptedAt }) => timeText(acceptedAt) },
      { head: "by", cell: ({ by }) => safeText(by ?? "") },
      { head: "reason", cell: ({ reason }) => safeText(reason) },
    ],
    terminal.dim,
  );
}
