// Owns the tasks of one runner in memory: the one that a test runs, and the child tasks that come of
// it. They share clock, inboxes and budgets, and hear of each other as by sends.
import { randomUUID } from "node:crypto";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { StartChild } from "../../core/child/child-command.ts";
import type { ChildAddress } from "../../core/child/children.ts";
import { narrow } from "../../core/grant/narrow.ts";
import { newHead } from "../../core/transition/message.ts";
import type { TaskClient } from "../task-client.ts";
import type { MemoryBudgets } from "./memory-budgets.ts";
import { createMemoryBudgets } from "./memory-budgets.ts";
import { viewOfTask } from "./memory-authority.ts";
import { followTask, leaveTask, tellChild, tellChildren, wakeForChild } from "./memory-children.ts";
import type { FirstMessage } from "./memory-client.ts";
import { createMemoryClient } from "./memory-client.ts";
import { followUp, startTask, wakeForBudget } from "./memory-commands.ts";
import type { Given, Shared } from "./memory-deps.ts";
import { createDeps } from "./memory-deps.ts";
import { createMemoryInbox } from "./memory-inbox.ts";
import type { MemoryKin } from "./memory-kin.ts";
import type { MemoryTask } from "./memory-task.ts";
import { createMemoryTask } from "./memory-task.ts";
import { tellInboxes, wakeForEvent } from "./memory-waits.ts";

interface Member {
  readonly client: TaskClient;
  readonly task: () => MemoryTask | undefined;
  begin(message: FirstMessage): void;
}

export interface Family {
  clientOf(agent: string, taskId: string): TaskClient;
  readonly budgets: MemoryBudgets | undefined;
}

export function createFamily(given: Given, agents: readonly AgentDefinition[]): Family {
  const members = new Map<string, Member>();
  const broken: { first?: { readonly error: unknown } } = {};
  const serves = (agent: string): boolean => agents.some(({ name }) => name === agent);
  const taskAt = ({ agent, taskId }: ChildAddress): MemoryTask | undefined =>
    members.get(`${agent}/${taskId}`)?.task();
  const family: MemoryKin = {
    serves,
    start: (child, command) => {
      const task = taskAt(child);
      if (task !== undefined) tellChild(task, command);
      else memberAt(child).begin(firstMessage(definitionOf(agents, child.agent), command));
    },
    leave: (child, command) => {
      const task = taskAt(child);
      if (task !== undefined) leaveTask(task, command);
    },
    follow: (child, command) => {
      const task = taskAt(child);
      if (task !== undefined) followTask(task, command);
    },
    viewOf: (address, operationId) => viewOfTask(taskAt(address), operationId),
    tellParent: ({ parent }, notice) => {
      const task = parent && taskAt(parent);
      if (task !== undefined) wakeForChild(task, notice);
    },
  };
  const shared: Shared = { family, ...sharedOf(given, members, taskAt) };
  const memberAt = ({ agent, taskId }: ChildAddress): Member => {
    const name = `${agent}/${taskId}`;
    const member =
      members.get(name) ?? createMember(given, definitionOf(agents, agent), taskId, shared, broken);
    members.set(name, member);
    return member;
  };
  return {
    clientOf: (agent, taskId) => memberAt({ agent, taskId }).client,
    budgets: shared.budgets,
  };
}

function definitionOf(agents: readonly AgentDefinition[], name: string): AgentDefinition {
  const found = agents.find((each) => each.name === name);
  if (found === undefined) throw new Error(`the runner has no agent "${name}"; add it to children`);
  return found;
}

/** Whoever an event or a budget is for finds itself by its own ids. */
function sharedOf(
  given: Given,
  members: ReadonlyMap<string, Member>,
  taskAt: (task: ChildAddress) => MemoryTask | undefined,
): Omit<Shared, "family"> {
  const { budgets: settings, clock } = given;
  const inbox = createMemoryInbox({
    ...given,
    tell: (notice) => {
      for (const member of members.values()) {
        const task = member.task();
        if (task !== undefined) wakeForEvent(task, notice);
      }
    },
  });
  const wake = (address: ChildAddress): void => {
    const task = taskAt(address);
    if (task !== undefined) wakeForBudget(task);
  };
  const budgets =
    settings === undefined ? undefined : createMemoryBudgets({ settings, clock, wake });
  return { inbox, budgets };
}

function firstMessage(agent: AgentDefinition, command: StartChild): FirstMessage {
  const { messageId, parts, digest, owner, tenant, within } = command;
  const { escalation, budgetParent, parent, asked } = command;
  const made = {
    ...(escalation === undefined ? {} : { escalation }),
    ...(budgetParent === undefined ? {} : { budgetParent }),
    ...(parent === undefined ? {} : { parent }),
    ...(asked === undefined ? {} : { asked }),
    ...(within === undefined ? {} : { within }),
  };
  return { messageId, parts, digest, owner, tenant, grants: narrow(agent.grants, within), made };
}

function createMember(
  given: Given,
  agent: AgentDefinition,
  taskId: string,
  shared: Shared,
  broken: { first?: { readonly error: unknown } },
): Member {
  const { clock, artifacts, inlineLimitBytes } = given;
  let existing: MemoryTask | undefined;
  const deps = createDeps(given, agent, shared, () => existing);
  const begin = ({ messageId, parts, digest, owner, tenant, grants, made = {} }: FirstMessage) => {
    const { asked, within, ...rest } = made;
    const head = newHead({
      taskUid: randomUUID(),
      taskId,
      agent: agent.name,
      agentVersion: agent.version,
      owner,
      tenant,
      ...rest,
      inputDigest: digest,
      salt: randomUUID(),
      at: clock.now(),
    });
    const task = createMemoryTask(deps, head, {
      onEvent: (event, before) => {
        followUp(task, event);
        tellInboxes(task, event, before);
        tellChildren(task, event);
      },
      onBroken: (error) => (broken.first ??= { error }),
    });
    existing = task;
    startTask(task, { messageId, parts, digest, from: owner, asked }, { grants, within });
  };
  const client = createMemoryClient({
    agent: agent.name,
    definition: agent,
    taskId,
    clock,
    artifacts,
    inlineLimitBytes,
    inbox: shared.inbox,
    begin,
    task: () => {
      if (broken.first !== undefined) throw broken.first.error;
      return existing;
    },
  });
  return { client, task: () => existing, begin };
}
