// Owns the paths under which a worker serves its deployments. Restate pins an invocation to one,
// path included, so a path is data format.

/** Agents, approvals and budgets: they change with every release. */
export const AGENTS_PATH = "/agents";
/** One service for each tool. */
export const TOOLS_PATH = "/tools";
/** The waiters: a frozen format (L4). */
export const WAITERS_PATH = "/waiters/v1";
/** What operators and the outside use, whichever agents there are. */
export const CONTROL_PATH = "/control";

/** A worker serves some of these, or all. */
export const DEPLOYMENT_PATHS: readonly string[] = [
  AGENTS_PATH,
  TOOLS_PATH,
  WAITERS_PATH,
  CONTROL_PATH,
];
