// Owns the rules of an unknown outcome in time: until when the attempt may still act, when
// `reconcile` is asked, and which answer counts (L7, R95). Time is that of the log's end.
import type { AgentDefinition } from "../contract/agent.ts";
import type { AnyTool } from "../contract/tool.ts";
import { FENCE_MARGIN_MS } from "../contract/tool.ts";
import type { Doubt, OpenOperation } from "./task-head.ts";
import { dueTime } from "./wait/wait-terms.ts";

/** Of a tool that the agent does not have any more; the defaults of `defineTool`. */
const UNKNOWN_TOOL = { startDeadlineMs: 10_000, timeoutMs: 60_000 };

/** Until when an attempt that was lost at a time may still act: milliseconds since the epoch. */
export function mayActUntil(tool: AnyTool | undefined, lostAt: number): number {
  const { startDeadlineMs, timeoutMs } = tool ?? UNKNOWN_TOOL;
  return lostAt + startDeadlineMs + timeoutMs + FENCE_MARGIN_MS;
}

/** Of an operation in state `unknown`; one that was stored before doubts were has the defaults. */
export function doubtOf({ doubt, since }: OpenOperation): Doubt {
  return doubt ?? { reason: "it was lost", notBefore: mayActUntil(undefined, since), asked: 0 };
}

/** "Not applied" that was said at this time does not count yet. */
export function isTooEarly({ notBefore }: Doubt, saidAt: number): boolean {
  return notBefore !== undefined && saidAt < notBefore;
}

export function toolOf({ tools }: AgentDefinition, operation: OpenOperation): AnyTool | undefined {
  return tools.find((each) => each.name === operation.tool);
}

/** When `reconcile` is to be asked about an operation; undefined when nobody can be asked. */
export function askTime(operation: OpenOperation, tool: AnyTool | undefined): number | undefined {
  if (operation.state !== "unknown" || tool?.reconcile === undefined) return undefined;
  return doubtOf(operation).askAt;
}

/** When an operation is issued again without being asked about; undefined when that is not so. */
export function repeatTime(
  operation: OpenOperation,
  tool: AnyTool | undefined,
): number | undefined {
  if (operation.state === "blocked") return operation.block?.retryAt;
  if (operation.state !== "unknown" || tool?.reconcile !== undefined) return undefined;
  const { statedSeq, askAt } = doubtOf(operation);
  return statedSeq === undefined ? undefined : askAt;
}

/** When the first of these operations is due by itself. */
export function nextTime(
  operations: readonly OpenOperation[],
  agent: AgentDefinition,
): number | undefined {
  const times = operations.flatMap((each) => {
    const tool = toolOf(agent, each);
    const waits = each.wait === undefined ? undefined : dueTime(each.wait);
    const time = waits ?? askTime(each, tool) ?? repeatTime(each, tool);
    return time === undefined ? [] : [time];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}
