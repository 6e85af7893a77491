// Owns carrying out what retention says of one task (decision 0022): the task itself says what is due; what is
// done is done wherever it is kept, as an erasure is, and answered after all of it.
import type { Context } from "@restatedev/restate-sdk";
import type { StatusView } from "../../contract/api.ts";
import type { Scrubbed, ScrubInput } from "../../contract/erasure.ts";
import type {
  ExpireInput,
  ExpireResult,
  Removed,
  RetentionView,
} from "../../contract/retention.ts";
import { callTask } from "./call-task.ts";
import { checkAgent, type ErasurePorts, eraseTask, forgetApproval } from "./erase-task.ts";

/** Does nothing to a task of which nothing is due, so anybody may ask, and twice. */
export async function expireTask(
  ctx: Context,
  ports: ErasurePorts,
  input: ExpireInput,
): Promise<ExpireResult> {
  await checkAgent(ctx, ports, input);
  const { retention, tenant } = await callTask<StatusView>(ctx, input, "status", {});
  const now = await ctx.date.now();
  const isDue = (at: number | undefined): boolean => at !== undefined && at <= now;
  if (retention === undefined) return { result: "kept" };
  if (isDue(retention.removeAt)) {
    const { removed } = await removeTask(ctx, ports, { input, tenant, retention });
    return { result: removed ? "removed" : "kept" };
  }
  if (!isDue(retention.eraseAt)) return { result: "kept" };
  const { artifacts } = retention;
  const reason = `retention class "${retention.class}"`;
  await eraseTask(ctx, ports, { ...input, reason, artifacts });
  return { result: "erased" };
}

interface Removing {
  readonly input: ExpireInput;
  readonly tenant: string | undefined;
  readonly retention: RetentionView;
}

/** What it refers to is in this journal before the task goes, and is removed once nobody finds it any more. */
async function removeTask(
  ctx: Context,
  ports: ErasurePorts,
  { input, tenant, retention }: Removing,
): Promise<Removed> {
  const pages: Scrubbed[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    const asked: ScrubInput = { v: 1, from };
    const page: Scrubbed = await callTask<Scrubbed>(ctx, input, "remains", asked);
    pages.push(page);
    from = page.next;
  }
  const answer = await callTask<Removed>(ctx, input, "remove", {});
  if (!answer.removed) return answer;
  for (const { approvals, operations, artifacts, volumes = [] } of pages) {
    for (const approval of approvals) await forgetApproval(ctx, approval);
    await ctx.run("purge-approvals", () => ports.purgeApprovals(approvals));
    await ctx.run("purge-calls", () => ports.purgeCalls(operations));
    const gone = [...volumes, ...(retention.artifacts === "remove" ? artifacts : [])];
    await ctx.run("remove-artifacts", () => ports.removeArtifacts(gone, tenant));
  }
  await ctx.run("purge-task", () => ports.purgeTask(input));
  return answer;
}
