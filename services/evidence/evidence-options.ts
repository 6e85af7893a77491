// Owns what an app is told of evidence, and the ports that follow from it (decision 0017).
import { randomBytes } from "node:crypto";
import type { LogHead, SignedHead } from "../../contract/signed-head.ts";

/** Signs a head with the key of this moment. */
export type SignHeadNow = (head: LogHead) => Promise<SignedHead>;

export interface EvidenceOptions {
  /**
   * Signs the end of a task's log: `createHeadSigner(key)`, or a function of your own. One that rejects
   * is asked again, with pauses. Default: nobody signs.
   */
  readonly sign?: SignHeadNow;
}

/** What agent objects are given. */
export function evidencePorts(evidence: EvidenceOptions | undefined) {
  // 128 bits: nobody tries them all.
  const newSalt = () => randomBytes(16).toString("hex");
  return evidence === undefined ? {} : { newSalt, signs: evidence.sign !== undefined };
}
