// Owns, of what deployments.ts puts together, what follows every task's log: the service that keeps it once
// the task rests, and in apps that have them the objects that give it to the audit sink and sign its end.
import type { createEndpointHandler } from "@restatedev/restate-sdk";
import type { ConnectionOpts } from "@restatedev/restate-sdk-clients";
import { createAuditObject } from "../objects/audit/audit-object.ts";
import { createEvidenceObject } from "../objects/evidence/evidence-object.ts";
import type { AppOptions } from "./app-options.ts";
import { createArchiveService } from "./archive/archive-service.ts";
import { createPushEvents } from "./audit-sink/push-events.ts";
import { createSignLog } from "./evidence/sign-log.ts";
import { createPageReader } from "./task-log/ingress-audit.ts";

export function logObjects(
  { artifacts, auditSink, evidence: { sign } = {} }: AppOptions,
  ingress: ConnectionOpts,
): Parameters<typeof createEndpointHandler>[0]["services"] {
  const readPage = createPageReader(ingress);
  return [
    createArchiveService(artifacts),
    ...(auditSink === undefined ? [] : [createAuditObject(createPushEvents(auditSink, readPage))]),
    ...(sign === undefined ? [] : [createEvidenceObject(createSignLog({ readPage, sign }))]),
  ];
}
