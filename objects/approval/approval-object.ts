// Owns the approval object as Restate sees it: the virtual object `holdfast.approval`, one per
// request, which holds the whole package and decides who was first (decision 0006).
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import { handlers, object } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import type { ApprovalPorts } from "../../contract/approval-api.ts";
import {
  decideInputSchema,
  previewInputSchema,
  showInputSchema,
} from "../../contract/approval-api.ts";
import { claimInputSchema, releaseInputSchema } from "../../contract/approval-claim.ts";
import type { ApprovalPackage } from "../../contract/approval.ts";
import { APPROVAL_SERVICE } from "../../contract/approval.ts";
import type { Wake } from "../../contract/command.ts";
import type { RawBody } from "../../contract/raw-body.ts";
import { bodySerde } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import { readBody } from "../../handler/read-body.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import type { JudgeInput } from "./judge.ts";
import { judgeBallot } from "./judge.ts";
import { open } from "./open.ts";
import { forget } from "./timers.ts";
import { claim, release } from "./public/claim.ts";
import { decide } from "./public/decide.ts";
import { preview } from "./public/preview.ts";
import { show } from "./public/show.ts";
import { changed, tick, wake, withdraw } from "./wake.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** Far above every decision: edited arguments are what may be long. */
const MAX_DECISION_BYTES = 1024 * 1024;

const PRIVATE = {
  ingressPrivate: true,
  retryPolicy: RETRY_FOREVER,
  journalRetention: MINUTE,
} as const;

/** It gives its place at the engine back as soon as it waits for the task. */
const WAITS = { inactivityTimeout: SECOND } as const;

export function createApprovalObject(ports: ApprovalPorts) {
  return object({
    name: APPROVAL_SERVICE,
    description: "One request for an approval per key: decide on it, or look at it.",
    options: { enableLazyState: true },
    handlers: {
      decide: publicHandler(decideInputSchema, (ctx, input) => decide(ctx, ports, input), MINUTE),
      show: publicHandler(showInputSchema, show, 0),
      preview: publicHandler(previewInputSchema, (ctx, input) => preview(ctx, ports, input), 0),
      claim: publicExclusive(claimInputSchema, claim),
      release: publicExclusive(releaseInputSchema, release),
      open: exclusive((ctx, input: ApprovalPackage) => open(ctx, ports, input), WAITS),
      judge: exclusive((ctx, input: JudgeInput) => judgeBallot(ctx, ports, input)),
      wake: exclusive((ctx, input: Wake) => wake(ctx, ports, input)),
      tick: exclusive(tick),
      withdraw: exclusive(withdraw),
      changed: exclusive(changed),
      forget: exclusive(forget),
    },
  });
}

/** Body in, answer out, callable by anyone who reaches the ingress. */
function publicHandler<I, O>(
  schema: BodySchema<I>,
  handle: (ctx: ObjectSharedContext, input: I) => Promise<O>,
  journalRetention: number,
) {
  const options = publicOptions<I, O>(schema, journalRetention);
  return handlers.object.shared(options, async (ctx: ObjectSharedContext, body: RawBody) =>
    handle(ctx, readBody(schema, body, { maxBytes: MAX_DECISION_BYTES })),
  );
}

/** The same of a handler that asks nobody else, so that its caller waits for it alone. */
function publicExclusive<I, O>(
  schema: BodySchema<I>,
  handle: (ctx: ObjectContext, input: I) => Promise<O>,
) {
  return handlers.object.exclusive(
    publicOptions<I, O>(schema, MINUTE),
    async (ctx: ObjectContext, body: RawBody) => handle(ctx, readBody(schema, body)),
  );
}

function publicOptions<I, O>(schema: BodySchema<I>, journalRetention: number) {
  return {
    input: bodySerde(schema),
    output: answerJson<O>(),
    // Plain curl sends another content type unless it is told.
    accept: "*/*",
    inactivityTimeout: 5 * SECOND,
    retryPolicy: RETRY_FOREVER,
    journalRetention,
    // The object itself remembers who decided what; a read leaves nothing behind.
    idempotencyRetention: journalRetention,
  };
}

function exclusive<I, O>(
  handle: (ctx: ObjectContext, input: I) => Promise<O>,
  more: { readonly inactivityTimeout?: number } = {},
) {
  return handlers.object.exclusive({ ...PRIVATE, ...more, input: jsonOf<I>() }, handle);
}
