// Owns `holdfast approvals`: what waits for a decision, and the decisions. Each is on exactly what has the
// digest that was seen.
import { type Command, Option } from "commander";
import type { ApprovalView, DecideResult } from "../../contract/approval-api.ts";
import type { Api } from "../api/api.ts";
import {
  type ApprovalFilters,
  approvalFiltersIn,
  approvalPage,
  withApprovalFilters,
} from "../approvals/approval-filters.ts";
import { APPROVAL_ARGUMENT, nameApproval, onApproval } from "../approvals/name-approval.ts";
import { approvalTable, approvalText, decisionText } from "../approvals/approval-text.ts";
import { type AddCommand, type ApiOptions, apiOf, type Cli, print, withApi } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { confirmed } from "../output/confirm.ts";
import { readJson } from "../output/read-argument.ts";
import { type PageOptions, printPage, withPage } from "../page.ts";
import { cliProblem, usage } from "../problem.ts";
import { addBatch } from "./approval-batch.ts";
import { addClaims } from "./approval-claims.ts";
import { given, type VerbFlags } from "./verb-table.ts";

type ListOptions = PageOptions & ApprovalFilters;
type DecideOptions = ApiOptions & VerbFlags & { readonly digest?: string };

interface Decision {
  readonly decision: string;
  readonly about: string;
  readonly flags: () => readonly Option[];
}

const message = () => new Option("--message <text>", "goes into the record; the model reads it");

const DECISIONS: readonly Decision[] = [
  { decision: "approve", about: "allows exactly this call", flags: () => [message()] },
  { decision: "reject", about: "refuses it", flags: () => [message()] },
  {
    decision: "edit",
    about: "allows it with other arguments",
    flags: () => [
      message(),
      new Option("--arguments <json>", "in the place of all the proposed ones")
        .argParser(readJson)
        .makeOptionMandatory(),
    ],
  },
  {
    decision: "ask",
    about: "asks the agent a question before it is decided",
    flags: () => [new Option("--question <text>", "the question").makeOptionMandatory()],
  },
];

export const addApprovals: AddCommand = (program, cli) => {
  const approvals = program
    .command("approvals")
    .description(
      "what waits for a decision: list, show, approve, reject, edit, ask, batch, claim, release",
    );

  const list = approvals.command("list").description("what waits for a decision, over all agents");
  withApprovalFilters(withPage(withApi(list), "tasks")).action(async (options: ListOptions) => {
    const page = await approvalPage(await apiOf(cli, options), options, approvalFiltersIn(options));
    printPage(cli, options, page, ({ approvals: open }) =>
      open.length === 0 ? "Nothing waits for a decision.\n" : approvalTable(cli.terminal, open),
    );
  });

  withApi(approvals.command("show").description("all that is decided on, and who may decide"))
    .argument("<approval>", APPROVAL_ARGUMENT)
    .option("--compare", "asks the tool whether what was captured still holds")
    .action(async (name: string, options: ApiOptions & { readonly compare?: true }) => {
      const api = await apiOf(cli, options);
      const id = await nameApproval(api, name);
      const request = options.compare ? { ...onApproval(id, "compare"), body: {} } : onApproval(id);
      const view = await api.ask<ApprovalView>(request);
      print(cli, options, view, (shown) => approvalText(cli.terminal, shown));
    });

  for (const decision of DECISIONS) addDecision(approvals, cli, decision);
  addBatch(approvals, cli);
  addClaims(approvals, cli);
};

function addDecision(approvals: Command, cli: Cli, { decision, about, flags }: Decision): void {
  const command = withApi(approvals.command(decision).description(about))
    .argument("<approval>", APPROVAL_ARGUMENT)
    .option(
      "--digest <sha256>",
      "of what was seen, as approvals show says; needed without a terminal",
    );
  for (const flag of flags()) command.addOption(flag);
  command.action(async (name: string, options: DecideOptions) => {
    const api = await apiOf(cli, options);
    const id = await nameApproval(api, name);
    const { digest = await seenDigest(cli, api, id, decision), message: words } = options;
    const { arguments: edited, question } = options;
    const body = given({ digest, message: words, arguments: edited, question });
    const result = await api.ask<DecideResult>({ ...onApproval(id, decision), body });
    print(cli, options, result, decisionText);
  });
}

/** Shows what is decided on, and asks. */
async function seenDigest(cli: Cli, api: Api, id: string, decision: string): Promise<string> {
  if (!cli.terminal.isInteractive)
    throw usage("give --digest, as approvals show says: a decision is on what was seen");
  const view = await api.ask<ApprovalView>(onApproval(id));
  cli.terminal.err(approvalText(cli.terminal, view));
  const flag = { yes: false, flag: "--digest" };
  if (await confirmed(cli, `${decision} exactly this?`, flag)) return view.digest;
  throw cliProblem(EXIT.refused, "not_confirmed", "nothing was decided");
}
