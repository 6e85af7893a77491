// Owns erasing a task's content wherever it is kept (R102): in the task's own log, with its approvals and
// its tools' outcomes, in the engine's records of its handlers, and in the artifacts. What is answered
// is answered after all of it.
import type { Context } from "@restatedev/restate-sdk";
import type { StatusView } from "../../contract/api.ts";
import type { ForgetInput } from "../../contract/approval.ts";
import { APPROVAL_SERVICE, APPROVAL_VERSION } from "../../contract/approval.ts";
import type { Command } from "../../contract/command.ts";
import { COMMAND_VERSION } from "../../contract/command.ts";
import type {
  EraseInput,
  EraseResult,
  ErasedChild,
  PreserveInput,
  PreserveResult,
  ScrubInput,
  Scrubbed,
} from "../../contract/erasure.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import { callTask } from "./call-task.ts";
import type { PurgePorts } from "./purge-invocations.ts";

/** Children that the answer names. */
const MAX_CHILDREN = 1_000;

export interface ErasurePorts extends PurgePorts {
  readonly findAgent: (agent: string) => Promise<boolean>;
  /** Safe to repeat; resolves to how many there were. */
  readonly removeArtifacts: (
    digests: readonly string[],
    tenant: string | undefined,
  ) => Promise<number>;
}

/** Waits for what the task is at. */
export async function preserveTask(
  ctx: Context,
  ports: Pick<ErasurePorts, "findAgent">,
  input: PreserveInput,
): Promise<PreserveResult> {
  await checkAgent(ctx, ports, input);
  // That there is such a task.
  await callTask<StatusView>(ctx, input, "status", {});
  const { agent: _, taskId: __, ...said } = input;
  const command: Command = { v: COMMAND_VERSION, type: "preserve", ...said };
  const { taskUid } = await callTask<{ readonly taskUid: string }>(ctx, input, "apply", command);
  return { taskUid, preserved: input.preserved };
}

export async function eraseTask(
  ctx: Context,
  ports: ErasurePorts,
  input: EraseInput,
): Promise<EraseResult> {
  const { agent, taskId, reason, by, artifacts } = input;
  await checkAgent(ctx, ports, input);
  const { tenant } = await callTask<StatusView>(ctx, input, "status", {});
  const said = by === undefined ? { reason } : { reason, by };
  const command: Command = { v: COMMAND_VERSION, type: "erase", artifacts, ...said };
  const { taskUid, refused } = await callTask<{
    readonly taskUid: string;
    readonly refused?: Refusal;
  }>(ctx, input, "apply", command);
  if (refused !== undefined) throw problem(refused.code, refused.message, refused.details);
  let removed = 0;
  let approvals = 0;
  const children = new Map<string, ErasedChild>();
  for (let from: number | undefined = 0; from !== undefined;) {
    const scrubbing: ScrubInput = { v: 1, from };
    const found: Scrubbed = await callTask<Scrubbed>(ctx, input, "scrub", scrubbing);
    for (const approval of found.approvals) await forgetApproval(ctx, approval);
    approvals += found.approvals.length;
    for (const child of found.children) children.set(`${child.agent}/${child.taskId}`, child);
    await ctx.run("purge-approvals", () => ports.purgeApprovals(found.approvals));
    await ctx.run("purge-calls", () => ports.purgeCalls(found.operations));
    if (artifacts === "remove")
      removed += await ctx.run("remove-artifacts", () =>
        ports.removeArtifacts(found.artifacts, tenant),
      );
    const { volumes } = found;
    if (volumes !== undefined)
      await ctx.run("remove-volumes", () => ports.removeArtifacts(volumes, tenant));
    from = found.next;
  }
  await ctx.run("purge-task", () => ports.purgeTask({ agent, taskId }));
  const { erased } = await callTask<StatusView>(ctx, input, "status", {});
  const entries = erased?.entries ?? 0;
  return {
    taskUid,
    result: "erased",
    entries,
    artifacts: removed,
    approvals,
    children: [...children.values()].slice(0, MAX_CHILDREN),
  };
}

export async function checkAgent(
  ctx: Context,
  { findAgent }: Pick<ErasurePorts, "findAgent">,
  { agent }: Pick<EraseInput, "agent">,
): Promise<void> {
  if (await ctx.run("find-agent", () => findAgent(agent))) return;
  throw problem("agent_not_found", "no worker serves an agent of this name");
}

/** The approval's own: what is open is not forgotten, and of an ended task none is. */
export async function forgetApproval(ctx: Context, approval: string): Promise<void> {
  await ctx.genericCall<ForgetInput, unknown>({
    service: APPROVAL_SERVICE,
    key: approval,
    method: "forget",
    parameter: { v: APPROVAL_VERSION },
    inputSerde: jsonOf(),
  });
}
