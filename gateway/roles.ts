// Owns the roles that a caller may have. Which route takes which role is in the routes' table
// (routes.ts), and nowhere else. Roles add up: none contains another.

/**
 * `viewer` sees how tasks stand, with their last answer and what they propose; `user` works with agents;
 * `approver` decides; `operator` keeps tasks going; `auditor` reads everything and changes nothing;
 * `admin` says what may be done at all. `worker` and `metrics` are of no person: one
 * tells live news, the other reads counts, and neither anything else.
 */
export const ROLES = [
  "viewer",
  "user",
  "approver",
  "operator",
  "auditor",
  "admin",
  "worker",
  "metrics",
] as const;
export type Role = (typeof ROLES)[number];

/** Of programs of the house; only a key of theirs may be of all tenants. */
export const HOUSE_ROLES: readonly Role[] = ["worker", "metrics"];

const EVERYBODY: readonly Role[] = ROLES.filter((each) => !HOUSE_ROLES.includes(each));
/** Who may read what was said and done, and not only how it stands. */
const READERS: readonly Role[] = ["user", "approver", "operator", "auditor", "admin"];
const USERS: readonly Role[] = ["user", "operator", "admin"];
const OPERATORS: readonly Role[] = ["operator", "admin"];
const ADMINS: readonly Role[] = ["admin"];
/** Who may take all of a task away with them. */
const AUDITORS: readonly Role[] = ["auditor", "admin"];
/** An admin who is to decide is given this role too: who sets the rules does not decide by them. */
const APPROVERS: readonly Role[] = ["approver"];

const WORKERS: readonly Role[] = ["worker"];
const METRICS: readonly Role[] = ["metrics", "operator", "admin"];

export const TAKES = {
  EVERYBODY,
  READERS,
  USERS,
  OPERATORS,
  ADMINS,
  APPROVERS,
  AUDITORS,
  WORKERS,
  METRICS,
} as const;
