// Owns `holdfast approvals claim` and `release`: who looks at an open approval now.
import type { Command } from "commander";
import type { ClaimResult, ReleaseResult } from "../../contract/approval-claim.ts";
import { claimText } from "../approvals/approval-text.ts";
import { APPROVAL_ARGUMENT, nameApproval, onApproval } from "../approvals/name-approval.ts";
import { type ApiOptions, apiOf, type Cli, print, withApi } from "../command.ts";
import { spanMs } from "../output/span.ts";
import { usage } from "../problem.ts";
import { given } from "./verb-table.ts";

type ClaimFlags = ApiOptions & { readonly for?: number; readonly takeOver?: true };

export function addClaims(approvals: Command, cli: Cli): void {
  withApi(approvals.command("claim").description("tells the others that you look at it"))
    .argument("<approval>", APPROVAL_ARGUMENT)
    .option("--for <span>", "how long (30m): 1m to 8h", readSpan)
    .option("--take-over", "also where another has claimed it")
    .action(async (name: string, options: ClaimFlags) => {
      const api = await apiOf(cli, options);
      const id = await nameApproval(api, name);
      const body = given({ forMs: options.for, takeOver: options.takeOver });
      const result = await api.ask<ClaimResult>({ ...onApproval(id, "claim"), body });
      print(cli, options, result, claimText);
    });

  withApi(approvals.command("release").description("gives your claim back"))
    .argument("<approval>", APPROVAL_ARGUMENT)
    .action(async (name: string, options: ApiOptions) => {
      const api = await apiOf(cli, options);
      const id = await nameApproval(api, name);
      const result = await api.ask<ReleaseResult>({ ...onApproval(id, "release"), body: {} });
      print(cli, options, result, ({ result: how }) => `${how}\n`);
    });
}

function readSpan(text: string): number {
  const span = spanMs(text);
  if (span !== undefined) return span;
  throw usage("--for takes a span such as 30m or 2h");
}
