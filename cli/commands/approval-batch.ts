// Owns `holdfast approvals batch`: one decision on many approvals. Each is shown before, and decided on
// exactly what was shown; what became of another one meanwhile is said, and holds up nothing else.
import { readFile } from "node:fs/promises";
import { type Command, Option } from "commander";
import { z } from "zod";
import { type BatchDecision, type BatchPreview, MAX_BATCH } from "../../contract/approval-batch.ts";
import { sha256Schema } from "../../contract/ids.ts";
import type { Api } from "../api/api.ts";
import {
  allApprovals,
  type ApprovalFilters,
  approvalFiltersIn,
  withApprovalFilters,
} from "../approvals/approval-filters.ts";
import {
  type DecidedItem,
  decidedText,
  type PreviewedItem,
  previewText,
} from "../approvals/batch-text.ts";
import { nameApproval } from "../approvals/name-approval.ts";
import { type ApiOptions, apiOf, type Cli, print, withApi } from "../command.ts";
import { EXIT, exitCodeOf, gravest } from "../exit-code.ts";
import { confirmed } from "../output/confirm.ts";
import { cliProblem, usage } from "../problem.ts";

interface BatchOptions extends ApiOptions, ApprovalFilters {
  readonly all?: true;
  readonly dryRun?: true;
  readonly seen?: string;
  readonly message?: string;
}

export function addBatch(approvals: Command, cli: Cli): void {
  const command = approvals
    .command("batch")
    .description("approves or rejects many at once, each as it was shown")
    .argument("<decision>", "approve, or reject")
    .argument("[approval...]", "their ids; in their place filters, or --all")
    .option("--all", "all that wait for a decision")
    .option("--dry-run", "only shows each, and what the decision would come to")
    .option("--seen <file>", "decides on what --dry-run --json has printed, and on nothing else")
    .addOption(new Option("--message <text>", "goes into each record; the models read it"));
  withApprovalFilters(withApi(command)).action(
    async (decision: string, names: readonly string[], options: BatchOptions) => {
      if (decision !== "approve" && decision !== "reject")
        throw usage(`a batch is approve or reject, and not "${decision}"`);
      const api = await apiOf(cli, options);
      const items =
        options.seen === undefined
          ? await preview(cli, api, { decision, names, options })
          : await readSeen(options.seen, decision);
      if (items !== undefined) await decide(cli, api, { decision, items, options });
    },
  );
}

interface Asked {
  readonly decision: string;
  readonly options: BatchOptions;
}

type Seen = readonly { readonly approvalId: string; readonly digest: string }[];

/** What is to be decided on; undefined where nothing is. */
async function preview(
  cli: Cli,
  api: Api,
  { decision, names, options }: Asked & { readonly names: readonly string[] },
): Promise<Seen | undefined> {
  if (!options.dryRun && !cli.terminal.isInteractive)
    throw usage(
      "nobody is here to be shown it; give --seen, with what --dry-run --json has printed",
    );
  const items: PreviewedItem[] = [];
  for (const approvalIds of inBatches(await namedBy(api, names, options))) {
    const body = { decision, approvalIds };
    const path = ["approvals", "preview"];
    const page = await api.ask<BatchPreview>({ path, body, about: "approvals" });
    items.push(...page.items.map((item, at) => ({ approvalId: approvalIds[at] ?? "", ...item })));
  }
  if (options.dryRun) {
    const answer = { decision, dryRun: true, items };
    print(cli, options, answer, () => previewText(cli.terminal, decision, items));
    return undefined;
  }
  cli.terminal.err(previewText(cli.terminal, decision, items));
  const would = items.flatMap((item) =>
    "error" in item || item.foreseen.result === "refused"
      ? []
      : [{ approvalId: item.approvalId, digest: item.approval.digest }],
  );
  if (would.length === 0) throw cliProblem(EXIT.refused, "not_confirmed", "nothing was decided");
  const question = `${decision} exactly ${would.length === 1 ? "this" : `these ${would.length}`}?`;
  if (await confirmed(cli, question, { yes: false, flag: "--seen" })) return would;
  throw cliProblem(EXIT.refused, "not_confirmed", "nothing was decided");
}

async function namedBy(
  api: Api,
  names: readonly string[],
  options: BatchOptions,
): Promise<readonly string[]> {
  const filters = approvalFiltersIn(options);
  const many = filters !== undefined || options.all === true;
  if (names.length > 0 && many) throw usage("give either approvals, or filters and --all");
  if (names.length === 0 && !many) throw usage("say which: approvals, filters, or --all");
  if (many) return (await allApprovals(api, filters)).map(({ approvalId }) => approvalId);
  const ids: string[] = [];
  for (const name of names) ids.push(await nameApproval(api, name));
  return [...new Set(ids)];
}

const seenSchema = z.object({
  decision: z.string(),
  items: z.array(
    z.object({
      approvalId: sha256Schema,
      approval: z.object({ digest: sha256Schema }).optional(),
    }),
  ),
});

async function readSeen(file: string, decision: string): Promise<Seen> {
  const text = await readFile(file, "utf8").catch(() => {
    throw cliProblem(EXIT.usage, "file_not_found", `there is no file ${file} that can be read`);
  });
  const read = seenSchema.safeParse(parsed(text));
  if (!read.success)
    throw usage(`${file} is not what approvals batch --dry-run --json has printed`);
  if (read.data.decision !== decision)
    throw usage(`${file} was shown for ${read.data.decision}, and not for ${decision}`);
  return read.data.items.flatMap(({ approvalId, approval }) =>
    approval === undefined ? [] : [{ approvalId, digest: approval.digest }],
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function decide(
  cli: Cli,
  api: Api,
  { decision, items, options }: Asked & { readonly items: Seen },
): Promise<void> {
  const { message } = options;
  const decided: DecidedItem[] = [];
  for (const some of inBatches(items)) {
    const body = { decision, items: some, ...(message === undefined ? {} : { message }) };
    const path = ["approvals", "decide"];
    const answer = await api.ask<BatchDecision>({ path, body, about: "approvals" });
    decided.push(
      ...answer.items.map((item, at) => ({ approvalId: some[at]?.approvalId ?? "", ...item })),
    );
  }
  const answer = { decision, dryRun: false, items: decided };
  print(cli, options, answer, () => decidedText(cli.terminal, decided));
  cli.endWith(
    gravest(decided.map((item) => ("error" in item ? exitCodeOf(item.error.status) : EXIT.done))),
  );
}

function inBatches<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / MAX_BATCH) }, (_, at) =>
    all.slice(at * MAX_BATCH, (at + 1) * MAX_BATCH),
  );
}
