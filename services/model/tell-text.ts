// Owns telling an answer's text while it is written: each request to a provider is an attempt of its own,
// so that whoever reads knows when the text begins anew.
import { randomUUID } from "node:crypto";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { LiveSink } from "../../contract/live.ts";
import type { HearText } from "../../contract/model.ts";
import type { ModelCall } from "../../contract/port.ts";

/**
 * Undefined where nobody is told. Before a person has released it, nothing of an answer is: an agent
 * with an output review tells none (R70).
 */
export function tellText(
  live: LiveSink | undefined,
  { review }: AgentDefinition,
  { agent, taskId, step }: ModelCall,
): HearText | undefined {
  if (live === undefined || review !== undefined) return undefined;
  const attempt = randomUUID();
  let at = 0;
  return (text) => {
    if (text === "") return;
    live.tell({ kind: "text", agent, taskId, step, attempt, at, text });
    at += text.length;
  };
}
