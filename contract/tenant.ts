// Owns how a tenant's own objects are told from another's: the rule for a tenant's name at the
// gateway, and the keys that its tasks and schedules have (decision 0013). Who may reach them is
// not its business.
import { z } from "zod";
import { NO_TENANT_BUDGETS } from "./budget.ts";
import { MAX_ID_BYTES } from "./ids.ts";

/** Bytes that a tenant's name has at most at the gateway. */
export const MAX_TENANT_BYTES = 64;
/** Bytes of a task's id within a tenant: with the longest tenant it is still a task id. */
export const MAX_SCOPED_ID_BYTES = MAX_ID_BYTES - MAX_TENANT_BYTES - 1;

const TENANT = /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,63}$/;

/** No slash, so that a key has one tenant; no letters outside of ASCII, so that no two look alike. */
export const tenantIdSchema = z
  .string()
  .regex(TENANT, "must hold at most 64 letters, digits, '.', '_' or '-'")
  .refine((tenant) => tenant !== NO_TENANT_BUDGETS, "is the name of who has no tenant");

/** The key of what a tenant calls by this id; without a tenant the id itself. */
export function scopedKey(tenant: string | undefined, id: string): string {
  return tenant === undefined ? id : `${tenant}/${id}`;
}

/** What a tenant calls the object with this key, or undefined when it is not its own. */
export function idWithin(tenant: string | undefined, key: string): string | undefined {
  if (tenant === undefined) return key;
  return key.startsWith(`${tenant}/`) ? key.slice(tenant.length + 1) : undefined;
}

/** The key of what a task makes: beside the task, where that is in its tenant's own keys. */
export function keyBeside(
  { tenant, taskId }: { readonly tenant?: string | undefined; readonly taskId: string },
  id: string,
): string {
  const scoped = tenant !== undefined && idWithin(tenant, taskId) !== undefined;
  return scopedKey(scoped ? tenant : undefined, id);
}
