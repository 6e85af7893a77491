// Owns an upgrade as one act: the new version is registered, what is pinned to the old one ends
// or is moved, and the old one is removed. Every step may be repeated, so an upgrade that was cut
// off is taken up by starting it again.
import { setTimeout as delay } from "node:timers/promises";
import type { AdminClient } from "../../services/engine/admin.ts";
import { describePinned, findPinned, movable, move, type Pinned } from "./pinned.ts";
import { type Deployment, findSuperseded, refuseLosses, register } from "./superseded.ts";

export interface DrainOptions {
  readonly admin: AdminClient;
  /** Addresses of the new version's workers, or of single deployments. */
  readonly to: readonly string[];
  /** Services that the new version has no more. */
  readonly dropped?: readonly string[];
  /** Milliseconds until it is given up. Default 10 minutes. */
  readonly timeoutMs?: number;
  /** After how many milliseconds a waiting segment or tool is moved. Default 60,000. */
  readonly moveAfterMs?: number;
  /** A line for people, now and then. */
  readonly onProgress?: (line: string) => void;
}

const DEFAULT_TIMEOUT_MS = 10 * 60_000;
/** Above the half minute after which a segment parks its task for a tool. */
const DEFAULT_MOVE_AFTER_MS = 60_000;
const POLL_MS = 250;
/** What is named of what is pinned, when it is given up. */
const NAMED = 20;

/**
 * Resolves once the old version is removed, to the addresses that went. Rejects with an Error
 * that names what is still pinned and why, or which service would be lost; then nothing was
 * removed, and the same call goes on from there.
 */
export async function drain(options: DrainOptions): Promise<readonly string[]> {
  const { admin, to, dropped = [], onProgress = () => undefined } = options;
  const fresh: Deployment[] = [];
  for (const address of to) fresh.push(...(await register(admin, address)));
  for (const { address, services } of fresh)
    onProgress(`registered ${address}: ${services.join(", ")}`);
  const old = await findSuperseded(admin, fresh, dropped);
  if (old.length === 0) {
    onProgress("no older deployment serves any of these: nothing to drain");
    return [];
  }
  for (const { address, id } of old) onProgress(`draining ${address} (${id})`);
  await emptied(options, old, onProgress);
  await refuseLosses(admin, old, dropped);
  for (const { id, address } of old) {
    await admin.removeDeployment(id);
    onProgress(`removed ${address} (${id})`);
  }
  return old.map(({ address }) => address);
}

async function emptied(
  { admin, timeoutMs = DEFAULT_TIMEOUT_MS, moveAfterMs = DEFAULT_MOVE_AFTER_MS }: DrainOptions,
  old: readonly Deployment[],
  onProgress: (line: string) => void,
): Promise<void> {
  const ids = old.map(({ id }) => id);
  const began = Date.now();
  const seen = new Map<string, number>();
  let said = "";
  for (;;) {
    const pinned = await findPinned(admin, ids);
    const line = summary(pinned);
    if (line !== said) onProgress(line);
    said = line;
    if (pinned.length === 0) return;
    const now = Date.now();
    if (now - began > timeoutMs) throw tooLong(pinned, timeoutMs);
    const waitedLong = ({ id }: Pinned): boolean => {
      if (!seen.has(id)) seen.set(id, now);
      return now - (seen.get(id) ?? now) >= moveAfterMs;
    };
    await move(
      admin,
      pinned.filter((each) => movable(each, waitedLong(each))),
    );
    await delay(POLL_MS);
  }
}

function summary(pinned: readonly Pinned[]): string {
  if (pinned.length === 0) return "nothing is pinned to the old version";
  const counts = new Map<string, number>();
  for (const { status } of pinned) counts.set(status, (counts.get(status) ?? 0) + 1);
  const parts = [...counts].map(([status, count]) => `${count} ${status}`);
  return `${pinned.length} pinned to the old version: ${parts.toSorted().join(", ")}`;
}

function tooLong(pinned: readonly Pinned[], timeoutMs: number): Error {
  const lines = pinned.slice(0, NAMED).map((each) => `  ${describePinned(each)}`);
  const more = pinned.length - lines.length;
  return new Error(
    [
      `nothing was removed: ${pinned.length} are still pinned to the old version after ${timeoutMs / 1_000} s; the same command goes on from here`,
      ...lines,
      ...(more > 0 ? [`  and ${more} more`] : []),
    ].join("\n"),
  );
}
