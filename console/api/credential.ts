// Owns the credential that a person has typed in: kept for this tab and its reloads, and nowhere else. It
// reaches the gateway as a header, and never a URL, a log or a page.

const NAME = "holdfast.credential";

let current: string | undefined;

/** Undefined: none was typed in, or the gateway asks for none. */
export function credential(): string | undefined {
  current ??= sessionStorage.getItem(NAME) ?? undefined;
  return current;
}

export function keepCredential(value: string): void {
  current = value;
  sessionStorage.setItem(NAME, value);
}

export function forgetCredential(): void {
  current = undefined;
  sessionStorage.removeItem(NAME);
}

/** Of every request to the gateway. */
export function authorization(): Readonly<Record<string, string>> {
  const value = credential();
  return value === undefined ? {} : { authorization: `Bearer ${value}` };
}
