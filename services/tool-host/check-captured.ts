// Owns the second look at what a call rests on: whatever was captured when it was proposed must
// be so still, right before the effect (R38).
import type { CapturedChange } from "../../contract/approval.ts";
import type { Blocked, ToolContext, ToolRequest } from "../../contract/tool.ts";
import type { Fingerprint } from "../../core/approval/captured-change.ts";
import {
  changeOf,
  fingerprintOf,
  preconditionChange,
} from "../../core/approval/captured-change.ts";
import type { ToolHost } from "./tool-host.ts";

type Captured = Pick<ToolRequest, "toolVersion" | "precondition" | "preconditionValue">;

/**
 * What makes the call stale: named in the reason and never quoted, from what to what in the
 * changes. Rejects as the author's `precondition` does.
 */
export async function checkCaptured(
  { tool }: Pick<ToolHost, "tool">,
  captured: Captured,
  input: unknown,
  context: ToolContext,
): Promise<Blocked | undefined> {
  const { toolVersion = tool.version } = captured;
  const version = changeOf("tool-version", toolVersion, tool.version);
  if (version.length > 0) {
    return stale(`tool version ${toolVersion} was approved, ${tool.version} is served`, version);
  }
  if (captured.precondition === undefined) return undefined;
  const now = await askPrecondition({ tool }, input, context);
  const changes = preconditionChange(captured, now);
  if (changes.length === 0) return undefined;
  const reason =
    now.precondition === undefined
      ? "the tool does not say any more what the call rests on (precondition)"
      : "what the call rests on (precondition) has changed since it was proposed";
  return stale(reason, changes);
}

/** Of what the author's code says now; empty where the tool has no precondition. */
export async function askPrecondition(
  { tool }: Pick<ToolHost, "tool">,
  input: unknown,
  context: ToolContext,
): Promise<Fingerprint> {
  if (tool.precondition === undefined) return {};
  return fingerprintOf(await tool.precondition(input, context));
}

function stale(reason: string, changes: readonly CapturedChange[]): Blocked {
  return { outcome: "blocked", code: "stale", reason, changes };
}
