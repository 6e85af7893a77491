// Owns which host a text names for sure: an e-mail address, an http(s) URL or a host's name.
// A text that two programs could read in two ways names none.

// One address and nothing else: no display name, comment, quoted part or second recipient.
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([^@]+)$/;
const NAME = /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/;
// Whitespace and controls are dropped by URL parsers, a backslash is a slash to some, and
// beyond ASCII letters look alike.
const PLAIN = /^[\u0021-\u005b\u005d-\u007e]+$/;

/** The host in lower case, or undefined. */
export function hostOf(text: string): string | undefined {
  if (!PLAIN.test(text) || text.length > 2_048) return undefined;
  const host = text.includes("://") ? hostOfUrl(text) : (ADDRESS.exec(text)?.[1] ?? text);
  const lower = host?.toLowerCase();
  return lower !== undefined && NAME.test(lower) ? lower : undefined;
}

function hostOfUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  // The parser that `fetch` uses, so that what is judged is what is asked.
  const { protocol, username, password, hostname } = new URL(text);
  const web = protocol === "https:" || protocol === "http:";
  return web && username === "" && password === "" ? hostname : undefined;
}

/** Whether a host is the domain or below it. */
export function isBelow(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`);
}
