// Owns the schemas that contract/ exports, by their names. A file of it that has one and is not here fails a test.
import { z } from "zod";
import * as apiModule from "../../../contract/api.ts";
import * as approvalApiModule from "../../../contract/approval-api.ts";
import * as approvalBatchModule from "../../../contract/approval-batch.ts";
import * as approvalClaimModule from "../../../contract/approval-claim.ts";
import * as artifactModule from "../../../contract/artifact.ts";
import * as budgetModule from "../../../contract/budget.ts";
import * as controlModule from "../../../contract/control.ts";
import * as effectApiModule from "../../../contract/effect-api.ts";
import * as effectClassModule from "../../../contract/effect-class.ts";
import * as erasureModule from "../../../contract/erasure.ts";
import * as evidenceExportModule from "../../../contract/evidence-export.ts";
import * as explanationModule from "../../../contract/explanation.ts";
import * as grantModule from "../../../contract/grant.ts";
import * as idsModule from "../../../contract/ids.ts";
import * as inboxModule from "../../../contract/inbox.ts";
import * as liveModule from "../../../contract/live.ts";
import * as messageModule from "../../../contract/message.ts";
import * as notificationModule from "../../../contract/notification.ts";
import * as operatorRecordModule from "../../../contract/operator-record.ts";
import * as recoverModule from "../../../contract/recover.ts";
import * as retentionModule from "../../../contract/retention.ts";
import * as scheduleModule from "../../../contract/schedule.ts";
import * as statusModule from "../../../contract/status.ts";
import * as stopModule from "../../../contract/stop.ts";
import * as tenantModule from "../../../contract/tenant.ts";
import * as textModule from "../../../contract/text.ts";
import * as waitApiModule from "../../../contract/wait-api.ts";
import * as watchModule from "../../../contract/watch.ts";

/** The modules of contract/ that export schemas, by file. */
export const CONTRACT_MODULES: Readonly<Record<string, object>> = {
  "api.ts": apiModule,
  "approval-api.ts": approvalApiModule,
  "approval-batch.ts": approvalBatchModule,
  "approval-claim.ts": approvalClaimModule,
  "artifact.ts": artifactModule,
  "budget.ts": budgetModule,
  "control.ts": controlModule,
  "effect-api.ts": effectApiModule,
  "effect-class.ts": effectClassModule,
  "erasure.ts": erasureModule,
  "evidence-export.ts": evidenceExportModule,
  "explanation.ts": explanationModule,
  "grant.ts": grantModule,
  "ids.ts": idsModule,
  "inbox.ts": inboxModule,
  "live.ts": liveModule,
  "message.ts": messageModule,
  "notification.ts": notificationModule,
  "operator-record.ts": operatorRecordModule,
  "recover.ts": recoverModule,
  "retention.ts": retentionModule,
  "schedule.ts": scheduleModule,
  "status.ts": statusModule,
  "stop.ts": stopModule,
  "tenant.ts": tenantModule,
  "text.ts": textModule,
  "wait-api.ts": waitApiModule,
  "watch.ts": watchModule,
};

export const CONTRACT_SCHEMAS: readonly (readonly [name: string, schema: z.ZodType])[] = [
  ...new Map(Object.values(CONTRACT_MODULES).flatMap((each) => Object.entries(each))),
].filter((entry): entry is [string, z.ZodType] => entry[1] instanceof z.ZodType);
