// Owns `explain`: why the task does not move, from its head and the few events that it points to.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import type { AgentDefinition } from "../../../contract/agent.ts";
import type { TaskEvent } from "../../../contract/event.ts";
import type { Explanation } from "../../../contract/explanation.ts";
import { explain as explainHead, seqsExplained } from "../../../core/explain/explain.ts";
import { readEvent } from "../log-store.ts";
import { viewTask } from "../task-state.ts";
import { notFound } from "./send.ts";

export async function explain(
  ctx: ObjectSharedContext,
  agent: AgentDefinition,
): Promise<Explanation> {
  const head = await viewTask(ctx);
  if (head === undefined) throw notFound(agent.name);
  const events = new Map<number, TaskEvent | undefined>();
  for (const seq of seqsExplained(head)) events.set(seq, await readEvent(ctx, seq, head.nextSeq));
  return explainHead(head, { agent, eventAt: (seq) => events.get(seq) });
}
