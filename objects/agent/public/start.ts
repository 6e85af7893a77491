// Owns `start`: makes the task, once for ever (F28).
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type { StartInput, StartResult } from "../../../contract/api.ts";
import { START_MESSAGE_ID } from "../../../contract/api.ts";
import { startDigest } from "../../../core/message-digest.ts";
import { problem } from "../../../handler/problem.ts";
import { messageConflict } from "../problem.ts";
import type { OwnerRules } from "../owners.ts";
import { checkNewOwner } from "../owners.ts";
import { viewHead } from "../task-state.ts";
import { readGiven } from "./grant.ts";
import type { StoreOptions } from "./submit.ts";
import { callApply, callBegin, storeParts } from "./submit.ts";

export interface NewStart extends StartInput {
  readonly messageId: string;
  readonly listener?: string;
  readonly owners: OwnerRules | undefined;
}

export async function start(
  ctx: ObjectSharedContext,
  agent: AgentDefinition,
  options: StoreOptions,
  input: NewStart,
): Promise<StartResult> {
  const digest = startDigest(input);
  const grants = input.grants === undefined ? undefined : readGiven(agent, input.grants);
  const head = await viewHead(ctx);
  if (head !== undefined && input.listener === undefined) {
    if (head.inputDigest !== digest) throw conflict();
    return { taskId: ctx.key, taskUid: head.taskUid, status: head.status, created: false };
  }
  await checkNewOwner(ctx, input.owners, input);
  const { messageId, owner, escalation, tenant, listener } = input;
  const parts = await storeParts(ctx, input.message, tenant, options);
  const command = {
    type: "start",
    messageId,
    parts,
    digest,
    ...(owner === undefined ? {} : { owner, from: owner }),
    ...(escalation === undefined ? {} : { escalation }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(grants === undefined ? {} : { grants }),
    ...(listener === undefined ? {} : { listener }),
  } as const;
  const applied = await (head === undefined
    ? callBegin(ctx, agent.name, command)
    : callApply(ctx, agent.name, command));
  if (applied.result === "conflict")
    throw messageId === START_MESSAGE_ID ? conflict() : messageConflict();
  return {
    taskId: ctx.key,
    taskUid: applied.taskUid,
    status: applied.status,
    created: applied.result === "applied",
  };
}

function conflict() {
  return problem(
    "task_conflict",
    "a task with this id was started with another input; use another task id, or send it a message",
  );
}
