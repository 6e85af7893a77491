// Owns the one form of what was captured when a call was proposed and is otherwise now (R37, R38),
// whoever finds it: the tool's service, who compares, who decides, or a segment.
import type { CapturedChange } from "../../contract/approval.ts";
import { MAX_PRECONDITION_BYTES } from "../../contract/approval.ts";
import { canonicalJson, sha256 } from "../digest.ts";

/** The outside state on which a call rests: its digest, and the state itself where it is short. */
export interface Fingerprint {
  readonly precondition?: string;
  readonly preconditionValue?: string;
}

/** Of what a tool's `precondition` answered. Throws a TypeError for what JSON cannot represent. */
export function fingerprintOf(value: unknown): Fingerprint {
  const text = canonicalJson(value ?? null);
  const precondition = sha256(text);
  const isShort = new TextEncoder().encode(text).length <= MAX_PRECONDITION_BYTES;
  return isShort ? { precondition, preconditionValue: text } : { precondition };
}

/** The fingerprint alone; a value that is not the digest's (a secret was taken out) is left out. */
export function fingerprintIn({ precondition, preconditionValue }: Fingerprint): Fingerprint {
  if (precondition === undefined) return {};
  const known = preconditionValue !== undefined && sha256(preconditionValue) === precondition;
  return known ? { precondition, preconditionValue } : { precondition };
}

export function changeOf(what: string, captured: string, now: string): readonly CapturedChange[] {
  return captured === now ? [] : [{ what, captured, now }];
}

export function preconditionChange(
  captured: Fingerprint,
  now: Fingerprint,
): readonly CapturedChange[] {
  const { preconditionValue: before } = captured;
  const { preconditionValue: after } = now;
  return changeOf("precondition", captured.precondition ?? "", now.precondition ?? "").map(
    (change) => ({
      ...change,
      ...(before === undefined ? {} : { capturedValue: before }),
      ...(after === undefined ? {} : { nowValue: after }),
    }),
  );
}
