// Owns what stands around an approval in these tests: a task that asks and keeps what it is
// told, a tool that says what a call would touch, a policy, and evidence.
import type { ObjectContext, ObjectSharedContext, Serde } from "@restatedev/restate-sdk";
import { handlers, object, serde, service } from "@restatedev/restate-sdk";
import type { ApprovalPorts } from "../../../contract/approval-api.ts";
import type { ApprovalPackage, ApprovalWake } from "../../../contract/approval.ts";
import { APPROVAL_SERVICE } from "../../../contract/approval.ts";
import type { ProposeRequest, ProposeResponse } from "../../../contract/tool.ts";
import { digestOf } from "../../../core/digest.ts";
import { createApprovalObject } from "../../../objects/approval/approval-object.ts";
import { waiterService } from "../../../services/waiter/waiter-service.ts";
import { keyOf, POLICY_VERSION } from "./approval-package.ts";

/** What is so in the world at the moment; the tests change it. */
export interface World {
  toolVersion: string;
  /** The outside state on which a refund rests. */
  order: string;
  policyVersion: string;
  /** Stands for edited arguments that were stored, and for whom. */
  readonly stored: string[];
  readonly storedFor: (string | undefined)[];
  /** How often the tool was asked. */
  proposals: number;
}

export function newWorld(): World {
  return {
    toolVersion: "1",
    order: "as it was",
    policyVersion: POLICY_VERSION,
    stored: [],
    storedFor: [],
    proposals: 0,
  };
}

/** Evidence that the tests say is missing. */
export const MISSING_SEQ = 404;
/** Whom the policy denies, and who breaks it. */
export const DENIED = "dora";
export const BREAKER = "zoe";

function portsOf(world: World): ApprovalPorts {
  return {
    mayDecide: async ({ by }) => {
      if (by === BREAKER) throw new Error("the policy engine is down");
      return { allowed: by !== DENIED, policyVersion: world.policyVersion };
    },
    evidenceProblem: async ({ evidence }) =>
      evidence.events.some(({ seq }) => seq === MISSING_SEQ)
        ? "event 404 is not in the task's log"
        : undefined,
    storeText: async (text, tenant) => {
      world.stored.push(text);
      world.storedFor.push(tenant);
      return { sha256: digestOf(text), size: text.length, mediaType: "application/json" };
    },
    inlineLimitBytes: 1024,
  };
}

const JSON_SERDE = serde.json as Serde<object>;
type NoticeState = { notices: ApprovalWake[] };

/** The task: what the agent object is to an approval. */
const desk = object({
  name: "desk",
  handlers: {
    ask: handlers.object.exclusive(async (ctx: ObjectContext, approval: ApprovalPackage) => {
      ctx.genericSend({
        service: APPROVAL_SERVICE,
        key: keyOf(approval),
        method: "open",
        parameter: approval,
        inputSerde: JSON_SERDE,
      });
    }),
    tell: handlers.object.exclusive(
      async (
        ctx: ObjectContext,
        { to, method, body }: { to: string; method: string; body: object },
      ) => {
        ctx.genericSend({
          service: APPROVAL_SERVICE,
          key: to,
          method,
          parameter: body,
          inputSerde: JSON_SERDE,
        });
      },
    ),
    wake: handlers.object.exclusive(
      { ingressPrivate: true },
      async (ctx: ObjectContext<NoticeState>, wake: ApprovalWake) => {
        ctx.set("notices", [...((await ctx.get("notices")) ?? []), wake]);
      },
    ),
    notices: handlers.object.shared(
      async (ctx: ObjectSharedContext<NoticeState>) => (await ctx.get("notices")) ?? [],
    ),
  },
});

function refundTool(world: World) {
  return service({
    name: "tools.refund",
    handlers: {
      propose: async (_: unknown, request: ProposeRequest): Promise<ProposeResponse> => {
        world.proposals += 1;
        const base = { v: 1, toolVersion: world.toolVersion, startedAt: 0, durationMs: 0 } as const;
        const text = "text" in request.arguments ? request.arguments.text : world.stored.at(-1);
        const given = JSON.parse(text ?? "{}") as { cents?: unknown; order?: string };
        if (typeof given.cents !== "number") {
          const message = "cents: must be a number";
          return { ...base, outcome: "error", code: "invalid_arguments", message };
        }
        return {
          ...base,
          outcome: "proposed",
          argumentsDigest: digestOf(given),
          resource: `order/${given.order}`,
          precondition: digestOf(world.order),
        };
      },
    },
  });
}

export function deskServices(world: World, more: Pick<ApprovalPorts, "retentionMs"> = {}) {
  const approvals = createApprovalObject({ ...portsOf(world), ...more });
  return [approvals, waiterService, desk, refundTool(world)];
}
