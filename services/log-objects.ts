// Owns, of what deployments.ts puts together, the objects that follow every task's log: the one that gives
// it to the audit sink, and the one that signs its end. An app without either has neither.
import type { createEndpointHandler } from "@restatedev/restate-sdk";
import type { ConnectionOpts } from "@restatedev/restate-sdk-clients";
import { createAuditObject } from "../objects/audit/audit-object.ts";
import { createEvidenceObject } from "../objects/evidence/evidence-object.ts";
import type { AppOptions } from "./app-options.ts";
import { createPushEvents } from "./audit-sink/push-events.ts";
import { createSignLog } from "./evidence/sign-log.ts";
import { createPageReader } from "./task-log/ingress-audit.ts";

export function logObjects(
  { auditSink, evidence: { sign } = {} }: AppOptions,
  ingress: ConnectionOpts,
): Parameters<typeof createEndpointHandler>[0]["services"] {
  const readPage = createPageReader(ingress);
  return [
    ...(auditSink === undefined ? [] : [createAuditObject(createPushEvents(auditSink, readPage))]),
    ...(sign === undefined ? [] : [createEvidenceObject(createSignLog({ readPage, sign }))]),
  ];
}
