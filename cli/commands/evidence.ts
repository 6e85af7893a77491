// Owns `holdfast export`, `verify` and `erase`: a task as one file that proves itself, its check without a
// server, and erasing what was said and done.
import { Option } from "commander";
import type { EraseResult } from "../../contract/erasure.ts";
import type { ExportCheck } from "../../contract/evidence-export.ts";
import {
  type AddCommand,
  type ApiOptions,
  apiOf,
  print,
  type ReasonOptions,
  reasonOf,
  type Shared,
  withApi,
  withJson,
  withReason,
} from "../command.ts";
import { checkFile, readKeys } from "../evidence/check-file.ts";
import { fileNameOf, saveExport } from "../evidence/save-export.ts";
import { EXIT } from "../exit-code.ts";
import { confirmed } from "../output/confirm.ts";
import { safeText } from "../output/safe-text.ts";
import { cliProblem } from "../problem.ts";
import { nameTask, onTask, TASK_ARGUMENT, taskText } from "../tasks/name-task.ts";

interface ExportOptions extends ApiOptions {
  readonly out?: string;
  readonly artifacts?: string;
}
interface EraseOptions extends ReasonOptions {
  readonly artifacts: string;
  readonly yes?: true;
}

export const addEvidence: AddCommand = (program, cli) => {
  withApi(program.command("export").description("a task as one file that proves itself"))
    .argument("<task>", TASK_ARGUMENT)
    .option("--out <file>", "where; it must not be there (<taskId>.holdfast.jsonl)")
    .addOption(new Option("--artifacts <which>", "without them").choices(["included", "left-out"]))
    .action(async (given: string, options: ExportOptions) => {
      const api = await apiOf(cli, options);
      const task = await nameTask(api, given, { beginning: false });
      const { out: file = fileNameOf(task), artifacts } = options;
      const request = { ...onTask(task, "export"), query: { artifacts } };
      const check = await saveExport(cli, await api.open(request), file);
      print(cli, options, { file, ...check }, (saved) => `${file}\n${checkText(saved)}`);
    });

  withJson(program.command("verify").description("checks an exported file, without a server"))
    .argument("<file>", "as export has written it")
    .option("--keys <file>", "public keys (a JWK set): whose signatures are trusted")
    .action(async (file: string, options: Shared & { readonly keys?: string }) => {
      const keys = options.keys === undefined ? undefined : await readKeys(options.keys);
      const check = await checkFile(file, keys);
      print(cli, options, check, checkText);
      if (!check.ok) cli.endWith(EXIT.failed);
    });

  withReason(program.command("erase").description("erases what was said and done in an ended task"))
    .argument("<task>", TASK_ARGUMENT)
    .addOption(
      new Option("--artifacts <fate>", "remove: no other task needs its files; or keep")
        .choices(["remove", "keep"])
        .makeOptionMandatory(),
    )
    .option("--yes", "asks nobody")
    .action(async (given: string, options: EraseOptions) => {
      const body = { artifacts: options.artifacts, reason: await reasonOf(cli, options) };
      const api = await apiOf(cli, options);
      const task = await nameTask(api, given, { beginning: false });
      const question = `Erase the content of ${taskText(task)}, for good?`;
      if (!(await confirmed(cli, question, { yes: options.yes === true, flag: "--yes" })))
        throw cliProblem(EXIT.refused, "not_confirmed", "nothing was erased");
      const result = await api.ask<EraseResult>({ ...onTask(task, "erase"), body });
      print(cli, options, result, ({ entries, artifacts, approvals, children }) =>
        [
          `${taskText(task)}: erased ${entries} entries, ${artifacts} artifacts, ${approvals} approvals`,
          ...children.map((child) => `not erased with it: ${taskText(child)}\n`),
        ].join("\n"),
      );
    });
};

function checkText({ ok, problem, events, artifacts, signature, keyId, ...rest }: ExportCheck) {
  const lines = [
    ok
      ? "It is in order."
      : `It is not in order: line ${problem?.line}${problem?.seq === undefined ? "" : `, entry ${problem.seq}`}: ${problem?.problem}`,
    `${rest.agent ?? "?"}/${rest.taskId ?? "?"}: ${events} events, ${artifacts} artifacts${rest.leftOut ? " (left out)" : ""}${rest.erased === undefined ? "" : `, ${rest.erased} erased`}`,
    `signature ${signature}${keyId === undefined ? "" : ` (${keyId})`}, SHA-256 ${rest.sha256}`,
  ];
  return `${lines.map((line) => safeText(line)).join("\n")}\n`;
}
