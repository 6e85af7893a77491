// Owns what the model is told of a tool that failed in every attempt.
import type { AnyTool, ToolResponse } from "../../contract/tool.ts";
import type { Fault } from "./attempt-tool.ts";

export function gaveUp({ retry }: AnyTool, fault: Fault): ToolResponse {
  const { v, toolVersion, startedAt, durationMs, reason } = fault;
  const message = `The tool failed in each of ${retry.maxAttempts} attempts; in the last one: ${reason}.`;
  return { v, toolVersion, startedAt, durationMs, outcome: "error", code: "tool_failed", message };
}
