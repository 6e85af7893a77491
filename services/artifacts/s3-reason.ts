// Owns what is told of a failure of S3: its code and status, and never its text, in which a server
// may quote the request, its signature and its key id.

const CODE = /^[a-zA-Z][a-zA-Z0-9_.]{0,63}$/;

interface Failure {
  readonly name?: unknown;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: unknown };
}

/** Such as `503 SlowDown`, `ECONNREFUSED` or `CredentialsProviderError`. */
export function reasonOf(error: unknown): string {
  const { name, code, $metadata } = asFailure(error);
  const status = $metadata?.httpStatusCode;
  const named = [code, name].filter((each) => typeof each === "string");
  const known = named.find((each) => CODE.test(each)) ?? "error";
  return typeof status === "number" ? `${status} ${known}` : known;
}

/** A bucket that is not there is another thing. */
export function isNotThere(error: unknown): boolean {
  return asFailure(error).name === "NoSuchKey";
}

function asFailure(error: unknown): Failure {
  return typeof error === "object" && error !== null ? error : {};
}
