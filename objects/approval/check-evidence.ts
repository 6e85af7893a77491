// Owns the look at a request's evidence before anybody is asked (R34): what is missing blocks the
// request, and so does what cannot be looked at.
import type { ObjectContext } from "@restatedev/restate-sdk";
import type {
  ApprovalPorts,
  EvidenceAnswer,
  EvidenceQuestion,
} from "../../contract/approval-api.ts";
import type { ApprovalPackage } from "../../contract/approval.ts";
import { APPROVAL_VERSION } from "../../contract/approval.ts";
import { isEngineBusy } from "../../contract/engine-busy.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { EVIDENCE_RETRY, mustPass } from "./port-call.ts";

export async function evidenceProblem(
  ctx: ObjectContext,
  ports: ApprovalPorts,
  approval: ApprovalPackage,
): Promise<string | undefined> {
  try {
    const found = await look(ctx, ports, approval);
    if (typeof found !== "object") return found;
    const { problem } = await askTask(ctx, approval);
    if (problem !== undefined) return problem;
    const evidence = { ...approval.evidence, events: [] };
    const rest = await look(ctx, ports, { ...approval, evidence });
    return typeof rest === "object" ? UNSEEN : rest;
  } catch (error) {
    if (mustPass(error)) throw error;
    return UNSEEN;
  }
}

const UNSEEN = "its evidence could not be looked at";

function look(
  ctx: ObjectContext,
  ports: ApprovalPorts,
  approval: ApprovalPackage,
): Promise<string | undefined | { readonly busy: true }> {
  const check = async () => {
    try {
      return await ports.evidenceProblem(approval);
    } catch (error) {
      if (isEngineBusy(error)) return { busy: true } as const;
      throw error;
    }
  };
  return ctx.run("check-evidence", check, EVIDENCE_RETRY);
}

/** A call is waited for without a place at the engine, unlike an answer inside of an action. */
function askTask(
  ctx: ObjectContext,
  { requester, evidence }: ApprovalPackage,
): Promise<EvidenceAnswer> {
  return ctx.genericCall<EvidenceQuestion, EvidenceAnswer>({
    service: requester.agent,
    key: requester.taskId,
    method: "checkEvidence",
    parameter: { v: APPROVAL_VERSION, events: evidence.events },
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
}
