// Owns the answer to "is there a service for this agent?" (port FindUnservedAgents), which a parent
// asks before it sends a child's message: Restate would retry that for ever, in silence.
import type { FindUnservedAgents } from "../../contract/port.ts";
import type { AdminClient } from "./admin.ts";
import { createFindAgent } from "./find-agent.ts";

// As of tools: a yes holds a while, a no is asked again each time.
const POSITIVE_MS = 30_000;

/** Rejects when the admin API is unreachable, so that the calling action is retried. */
export function createFindUnservedAgents(admin: Pick<AdminClient, "query">): FindUnservedAgents {
  const findAgent = createFindAgent(admin);
  const knownUntil = new Map<string, number>();
  return async (agents) => {
    const missing: string[] = [];
    for (const agent of agents) {
      if ((knownUntil.get(agent) ?? 0) > Date.now()) continue;
      if (await findAgent(agent)) knownUntil.set(agent, Date.now() + POSITIVE_MS);
      else missing.push(agent);
    }
    return missing;
  };
}
