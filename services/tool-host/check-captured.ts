// Owns the second look at what a call rests on: whatever was captured when it was proposed must
// be so still, right before the effect (R38).
import type { Blocked, ToolContext, ToolRequest } from "../../contract/tool.ts";
import { digestOf } from "../../core/digest.ts";
import type { ToolHost } from "./tool-host.ts";

type Captured = Pick<ToolRequest, "toolVersion" | "precondition">;

/** What makes the call stale, named and never quoted. Rejects as the author's `precondition` does. */
export async function checkCaptured(
  { tool }: Pick<ToolHost, "tool">,
  captured: Captured,
  input: unknown,
  context: ToolContext,
): Promise<Blocked | undefined> {
  if (captured.toolVersion !== undefined && captured.toolVersion !== tool.version) {
    return stale(`tool version ${captured.toolVersion} was approved, ${tool.version} is served`);
  }
  if (captured.precondition === undefined) return undefined;
  const now = await fingerprintOf({ tool }, input, context);
  if (now === captured.precondition) return undefined;
  return stale(
    now === undefined
      ? "the tool does not say any more what the call rests on (precondition)"
      : "what the call rests on (precondition) has changed since it was proposed",
  );
}

/** The digest of the author's fingerprint, or undefined where the tool has none. */
export async function fingerprintOf(
  { tool }: Pick<ToolHost, "tool">,
  input: unknown,
  context: ToolContext,
): Promise<string | undefined> {
  if (tool.precondition === undefined) return undefined;
  const value = await tool.precondition(input, context);
  return digestOf(value ?? null);
}

function stale(reason: string): Blocked {
  return { outcome: "blocked", code: "stale", reason };
}
