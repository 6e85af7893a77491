// Owns what keeps a gateway without authentication to this machine, beside the address that it listens
// on: requests that a web page makes through a browser on this machine.
import { hostIn, isLoopback } from "../core/is-loopback.ts";
import { problem } from "./problem.ts";

/**
 * Fails with 421 for a request under another name than loopback's, or from a page of another site: a
 * browser on this machine brings both to a port that its user alone should reach.
 */
export function refuseForeign(url: string, origin: string | undefined): void {
  if (isLoopback(hostIn(url)) && (origin === undefined || isLoopback(hostIn(origin)))) return;
  throw problem(
    "foreign_origin",
    "without authentication only this machine is served; configure authentication",
  );
}
