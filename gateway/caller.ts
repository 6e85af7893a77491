// Owns who a caller is, once its credential was checked. Nothing of it is ever read from a body.
import { z } from "zod";
import { deciderSchema } from "../contract/approval-api.ts";
import { tenantIdSchema } from "../contract/tenant.ts";
import { type Role, ROLES } from "./roles.ts";

export interface Caller {
  /** Who: the actor in every log, the owner of what it starts, and who decides an approval. */
  readonly principal: string;
  /** Whose tasks it reaches, and no others. Undefined only where nobody is authenticated, and of programs of the house. */
  readonly tenant?: string | undefined;
  readonly roles: readonly Role[];
}

/** As approvals take it: two names that look the same are not two persons. */
export const principalSchema = deciderSchema;
export const roleSchema = z.enum(ROLES);

/** Of a route that takes anyone. */
export const NOBODY: Caller = { principal: "nobody", roles: [] };

export const callerSchema = z.object({
  principal: principalSchema,
  tenant: tenantIdSchema,
  roles: z.array(roleSchema),
});
