// Owns the answer to "is there a service for this tool?" (port FindUnregistered): Restate
// would retry a call of an unknown service for ever, in silence.
import type { FindUnregistered } from "../../contract/port.ts";
import { toolServiceName } from "../../contract/ids.ts";
import { createAdminClient } from "./admin.ts";

// Services are hardly ever removed, so a yes holds a while. A no is asked again each time:
// an operator who registers the tool wants the task to see it.
const POSITIVE_MS = 30_000;

/** Rejects when the admin API is unreachable, so that the calling action is retried. */
export function createFindUnregistered(adminUrl: string): FindUnregistered {
  const admin = createAdminClient(adminUrl);
  const knownUntil = new Map<string, number>();
  const isKnown = (tool: string) =>
    (knownUntil.get(toolServiceName(tool)) ?? Number.NEGATIVE_INFINITY) > Date.now();

  return async (tools) => {
    if (tools.every(isKnown)) return [];
    const until = Date.now() + POSITIVE_MS;
    // From SQL, since the list of services carries the JSON Schemas of all their handlers.
    const rows = await admin.query("SELECT name FROM sys_service WHERE name LIKE 'tools.%'");
    knownUntil.clear();
    for (const row of rows) knownUntil.set(String(row["name"]), until);
    return tools.filter((tool) => !isKnown(tool));
  };
}
