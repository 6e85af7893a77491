// Owns the roles that a caller may have. Which route takes which role is in the routes' table
// (routes.ts), and nowhere else. Roles add up: none contains another.

/**
 * `viewer` sees how tasks stand, with their last answer and what they propose; `user` works with agents;
 * `approver` decides; `operator` keeps tasks going; `auditor` reads everything and changes nothing;
 * `admin` says what may be done at all.
 */
export const ROLES = ["viewer", "user", "approver", "operator", "auditor", "admin"] as const;
export type Role = (typeof ROLES)[number];

const EVERYBODY: readonly Role[] = ROLES;
/** Who may read what was said and done, and not only how it stands. */
const READERS: readonly Role[] = ["user", "approver", "operator", "auditor", "admin"];
const USERS: readonly Role[] = ["user", "operator", "admin"];
const OPERATORS: readonly Role[] = ["operator", "admin"];
const ADMINS: readonly Role[] = ["admin"];
/** An admin who is to decide is given this role too: who sets the rules does not decide by them. */
const APPROVERS: readonly Role[] = ["approver"];

export const TAKES = { EVERYBODY, READERS, USERS, OPERATORS, ADMINS, APPROVERS } as const;
