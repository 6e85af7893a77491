// Owns the rule by which an address is this machine's own: where nobody is authenticated, no other is
// listened on.

/** Whether only this machine can reach a host, given by its name or address, an IPv6 one without brackets. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** The host of a URL, an IPv6 address without brackets; empty for what is none. */
export function hostIn(url: string): string {
  return URL.parse(url)?.hostname.replaceAll(/[[\]]/g, "") ?? "";
}
