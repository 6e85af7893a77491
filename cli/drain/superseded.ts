// Owns which deployments an upgrade replaces: it registers the new ones, and finds those whose
// services they serve now. Moves and removes nothing.
import { DEPLOYMENT_PATHS } from "../../contract/deployment.ts";
import type { AdminClient } from "../../services/engine/admin.ts";

export interface Deployment {
  readonly id: string;
  readonly address: string;
  readonly services: readonly string[];
}

/** What a worker answers where it serves nothing, as the admin API tells it. */
const NOT_SERVED = "got status code '404'";

/**
 * Registers all that a worker serves, or a single deployment where the address has a path. Safe
 * to repeat. Fails with an Error when nothing is served there.
 */
export async function register(admin: AdminClient, address: string): Promise<Deployment[]> {
  const isWorker = new URL(address).pathname === "/";
  const places = isWorker ? DEPLOYMENT_PATHS.map((path) => new URL(path, address).href) : [address];
  const registered: Deployment[] = [];
  for (const place of places) {
    const made = await admin.registerDeployment(place, { force: true }).catch((error: unknown) => {
      if (isWorker && error instanceof Error && error.message.includes(NOT_SERVED))
        return undefined;
      throw error;
    });
    if (made !== undefined) registered.push({ ...made, address: place });
  }
  if (registered.length > 0) return registered;
  throw new Error(`${address} serves no deployment; give the address of a worker`);
}

/**
 * The deployments that the new ones replace: those with a service of theirs, and what else their
 * workers serve. Fails with an Error when a service would go with them that nobody else serves,
 * unless `dropped` names it.
 */
export async function findSuperseded(
  admin: AdminClient,
  fresh: readonly Deployment[],
  dropped: readonly string[],
): Promise<readonly Deployment[]> {
  const ids = new Set(fresh.map(({ id }) => id));
  const rows = await admin.query("SELECT id, endpoint, services FROM sys_deployment");
  const others = rows
    .map(({ id, endpoint, services }) => ({
      id: String(id),
      address: String(endpoint),
      services: (services as readonly string[] | undefined) ?? [],
    }))
    .filter(({ id }) => !ids.has(id));
  const served = new Set(fresh.flatMap(({ services }) => services));
  const workers = new Set(
    others.filter(({ services }) => services.some((name) => served.has(name))).map(workerOf),
  );
  // What is beside the new version behind one address is not an old worker's.
  for (const each of fresh) workers.delete(workerOf(each));
  const old = others.filter(
    (each) => workers.has(workerOf(each)) || each.services.some((name) => served.has(name)),
  );
  await refuseLosses(admin, old, dropped);
  return old;
}

/** The address of the worker that serves a deployment. */
function workerOf({ address }: Deployment): string {
  const path = DEPLOYMENT_PATHS.find((each) => address.endsWith(each)) ?? "";
  return address.slice(0, address.length - path.length);
}

/** Also where a worker of the old version has registered itself again. */
export async function refuseLosses(
  admin: AdminClient,
  old: readonly Deployment[],
  dropped: readonly string[],
): Promise<void> {
  const latest = await admin.listServices();
  const lost = old.flatMap(({ id, address }) =>
    latest
      .filter(({ name, deploymentId }) => deploymentId === id && !dropped.includes(name))
      .map(({ name }) => `${name} (${address})`),
  );
  if (lost.length === 0) return;
  throw new Error(
    `nothing was removed: only the old version serves ${lost.join(", ")}; ` +
      "serve it in the new version, or give --drop with its name",
  );
}
