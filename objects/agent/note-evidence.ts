// Owns telling the object `holdfast.evidence` that a log has an end to be signed (decision 0017). No
// event travels with it: whoever is told reads the log. Where nobody signs nothing is sent.
import type { ObjectContext } from "@restatedev/restate-sdk";
import { auditKey } from "../../contract/audit.ts";
import {
  EVIDENCE_SERVICE,
  EVIDENCE_VERSION,
  type EvidenceNote,
} from "../../contract/signed-head.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { isCheckpoint } from "../../core/evidence/checkpoint.ts";
import type { TaskHead } from "../../core/task-head.ts";
import { jsonOf } from "../../handler/json-serde.ts";

/** What this handler still has to write is part of it by then. */
const DELAY_MS = 500;

export function noteEvidence(ctx: ObjectContext, head: TaskHead, event: TaskEvent): void {
  if (!isCheckpoint(event)) return;
  ctx.genericSend<EvidenceNote>({
    service: EVIDENCE_SERVICE,
    key: auditKey(head),
    method: "note",
    parameter: { v: EVIDENCE_VERSION },
    inputSerde: jsonOf(),
    delay: DELAY_MS,
  });
}
