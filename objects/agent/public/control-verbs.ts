// Owns the public handlers of the verbs by which people control a task: refused at once where the
// status does not take them, applied between two steps, and asked for until they are (L5, R72).
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type {
  ControlCommand,
  ControlResult,
  OverrideInput,
  PauseInput,
  TransferInput,
  VerbInput,
} from "../../../contract/control.ts";
import type { SegmentSignal } from "../../../contract/command.ts";
import { ABORT_SIGNAL, YIELD_SIGNAL } from "../../../contract/command.ts";
import { controlProblem } from "../../../core/control/on-control.ts";
import { VERBS } from "../../../core/control/verbs.ts";
import type { ResolveOwner } from "../owners.ts";
import { checkOwners } from "../owners.ts";
import { refused } from "../problem.ts";
import { applyWithin, taskOf } from "./effects.ts";

export function pause(
  ctx: ObjectSharedContext,
  agent: string,
  input: PauseInput,
): Promise<ControlResult> {
  return control(ctx, agent, { type: "pause", ...input });
}

/** A verb without a body of its own. */
export function verb(
  ctx: ObjectSharedContext,
  agent: string,
  type: "resume" | "quarantine" | "complete" | "retire",
  input: VerbInput,
): Promise<ControlResult> {
  return control(ctx, agent, { type, ...input });
}

export function override(
  ctx: ObjectSharedContext,
  agent: string,
  { result, error, ...input }: OverrideInput,
): Promise<ControlResult> {
  const outcome = error === undefined ? { result: { text: JSON.stringify(result) } } : { error };
  return control(ctx, agent, { type: "override", ...input, outcome });
}

export async function transfer(
  ctx: ObjectSharedContext,
  agent: string,
  resolve: ResolveOwner | undefined,
  input: TransferInput,
): Promise<ControlResult> {
  await checkOwners(ctx, resolve, input);
  return control(ctx, agent, { type: "transfer", ...input });
}

async function control(
  ctx: ObjectSharedContext,
  agent: string,
  command: ControlCommand,
): Promise<ControlResult> {
  const head = await taskOf(ctx, agent);
  const refusal = controlProblem(head, command);
  if (refusal !== undefined) throw refused(refusal);
  const applied = await applyWithin(ctx, head, command, signalOf(command));
  const { taskUid } = head;
  if (applied === undefined) return { taskUid, status: head.status, result: "accepted" };
  return { taskUid, status: applied.status, result: "applied" };
}

function signalOf(command: ControlCommand): SegmentSignal {
  if (command.type === "pause") return command.when === "now" ? ABORT_SIGNAL : YIELD_SIGNAL;
  const { segment } = VERBS[command.type];
  return segment === "none" ? YIELD_SIGNAL : segment;
}
