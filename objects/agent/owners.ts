// Owns the check that a task's owner is somebody (R68): asked in an action, so that what was found
// is journaled. Who is somebody is the app's to say.
import type { ObjectSharedContext } from "@restatedev/restate-sdk";
import { problem } from "../../handler/problem.ts";

/** Whether an owner is a person or a group; undefined for nobody. */
export type ResolveOwner = (
  owner: string,
) => Promise<{ readonly kind: "person" | "group" } | undefined>;

/** What an app says of owners. */
export interface OwnerRules {
  readonly resolve: ResolveOwner;
  /** Whether a task needs one. */
  readonly required: boolean;
}

interface Owners {
  readonly owner?: string | undefined;
  readonly escalation?: string | undefined;
}

/** Asked in an action: what was found is journaled. */
export async function isSomebody(
  ctx: ObjectSharedContext,
  resolve: ResolveOwner,
  name: string,
): Promise<boolean> {
  return (await ctx.run("resolve-owner", async () => (await resolve(name)) ?? null)) !== null;
}

/** Fails with `unknown_owner` for the first of them who is nobody. */
export async function checkOwners(
  ctx: ObjectSharedContext,
  resolve: ResolveOwner | undefined,
  { owner, escalation }: Owners,
): Promise<void> {
  if (resolve === undefined) return;
  for (const [role, name] of [
    ["owner", owner],
    ["escalation owner", escalation],
  ] as const) {
    if (name === undefined) continue;
    if (!(await isSomebody(ctx, resolve, name)))
      throw problem("unknown_owner", `the ${role} is no person and no group that this app knows`);
  }
}

/** Fails for the start of a task whose owner is missing where one is required, or is nobody. */
export async function checkNewOwner(
  ctx: ObjectSharedContext,
  rules: OwnerRules | undefined,
  owners: Owners,
): Promise<void> {
  if (rules === undefined) return;
  if (rules.required && owners.owner === undefined)
    throw problem("owner_required", "a task needs an owner here; name a person or a group");
  await checkOwners(ctx, rules.resolve, owners);
}
