// Owns what a tool's service is told when a tool asks for a credential: a value that may be used
// now, or the sentence that a person reads on the task that waits for it.
import {
  type CredentialAnswer,
  type CredentialRequest,
  type CredentialResolver,
  MIN_CREDENTIAL_LENGTH,
} from "../../contract/credential.ts";
import type { ResolveCredential } from "../../contract/effect-port.ts";

/** `now` in milliseconds since the epoch; the system's clock by default. */
export function createCredentialPort(
  resolver: CredentialResolver,
  now: () => number = Date.now,
): ResolveCredential {
  return async (name, { tenant, tool, agent }, signal, fresh = false) => {
    const owner = tenant === undefined ? {} : { tenant };
    const request: CredentialRequest = { name, ...owner, tool, agent };
    if (fresh) resolver.invalidate?.(request);
    const answer = await resolver.resolve(request, signal);
    const problem = problemOf(answer, now());
    if (problem === undefined && answer.outcome === "ok") {
      return { value: answer.value, source: answer.source };
    }
    const whose = tenant === undefined ? "" : ` of tenant ${JSON.stringify(tenant)}`;
    return { missing: `the credential "${name}"${whose} ${problem}` };
  };
}

/** Reads on after the credential's name. */
function problemOf(answer: CredentialAnswer, now: number): string | undefined {
  switch (answer.outcome) {
    case "missing":
      return `is missing: ${answer.fix}`;
    case "expired":
      return `has expired: ${answer.fix}`;
    case "refused":
      return `cannot be used: ${answer.fix}`;
    case "ok":
      if (answer.expiresAt !== undefined && answer.expiresAt <= now) {
        return `has expired: renew it in ${answer.source}`;
      }
      if (answer.value.length < MIN_CREDENTIAL_LENGTH) {
        return `cannot be used: it has fewer than ${MIN_CREDENTIAL_LENGTH} characters, too few to be kept out of results and logs; replace it in ${answer.source}`;
      }
      return undefined;
  }
}
