// Owns the example's side of an approval's public HTTP interface: look at it, decide on it.
import { APPROVAL_SERVICE } from "../../index.ts";
import type { ApprovalView, DecideInput, DecideResult, ShowInput } from "../../index.ts";
import { ask, post } from "./ingress.ts";
import type { IngressAnswer } from "./ingress.ts";

export interface ApprovalClient {
  /** Of the approval's handlers. */
  readonly url: string;
  show(input: ShowInput): Promise<ApprovalView>;
  /** Throws an Error where the decision is refused. */
  decide(input: DecideInput): Promise<DecideResult>;
  /** Answers also with a refusal. */
  tryToDecide(input: DecideInput): Promise<IngressAnswer>;
}

export function approvalClient(
  ingressUrl: string,
  approvalId: string,
  signal: AbortSignal,
): ApprovalClient {
  const url = `${ingressUrl}/restate/call/${APPROVAL_SERVICE}/${approvalId}`;
  return {
    url,
    show: (input) => ask<ApprovalView>(`${url}/show`, input, signal),
    decide: (input) => ask<DecideResult>(`${url}/decide`, input, signal),
    tryToDecide: (input) => post(`${url}/decide`, input, signal),
  };
}
