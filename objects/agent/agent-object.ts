// Owns the agent object as Restate sees it: one virtual object service per agent, named for
// it, keyed by task ID. What its handlers do is in the files beside this one.
import type { ObjectContext, ObjectSharedContext } from "@restatedev/restate-sdk";
import { handlers, object } from "@restatedev/restate-sdk";
import type { BodySchema } from "../../contract/api.ts";
import { recoverInputSchema } from "../../contract/recover.ts";
import {
  START_MESSAGE_ID,
  askInputSchema,
  cancelInputSchema,
  eventsInputSchema,
  noInputSchema,
  sendInputSchema,
  startInputSchema,
} from "../../contract/api.ts";
import {
  authorityInputSchema,
  dropInputSchema,
  grantInputSchema,
  retryInputSchema,
  rollbackInputSchema,
  settleInputSchema,
} from "../../contract/effect-api.ts";
import type { AgentDefinition } from "../../contract/agent.ts";
import type { EvidenceQuestion } from "../../contract/approval-api.ts";
import {
  overrideInputSchema,
  pauseInputSchema,
  transferInputSchema,
  verbInputSchema,
} from "../../contract/control.ts";
import type { Archived } from "../../contract/archive.ts";
import type { Begin, Command, RunInput, Wake } from "../../contract/command.ts";
import type { ScrubInput } from "../../contract/erasure.ts";
import type { RetentionSettings } from "../../contract/retention.ts";
import { SEGMENT_ATTEMPTS } from "../../contract/command.ts";
import { idProblem } from "../../contract/ids.ts";
import { MAX_MESSAGE_BYTES } from "../../contract/message.ts";
import type { RawBody } from "../../contract/raw-body.ts";
import { bodySerde } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import { answerInputSchema, withdrawOperationInputSchema } from "../../contract/wait-api.ts";
import { flagInputSchema } from "../../contract/watch.ts";
import { apply } from "./apply.ts";
import { archive } from "./archive.ts";
import { begin } from "./begin.ts";
import { scrub } from "./erase.ts";
import { readBody } from "../../handler/read-body.ts";
import { RETRY_FOREVER } from "../../handler/retry.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import type { OwnerRules } from "./owners.ts";
import { createNoting } from "./note-audit.ts";
import { problem } from "../../handler/problem.ts";
import { remains, remove } from "./remove.ts";
import { ask } from "./public/ask.ts";
import { cancel, nudge, recover } from "./public/control.ts";
import { override, pause, transfer, verb } from "./public/control-verbs.ts";
import { authority, drop, retry, rollback, settle } from "./public/effects.ts";
import { checkEvidence } from "./public/check-evidence.ts";
import { explain } from "./public/explain.ts";
import { flag } from "./public/flag.ts";
import { grant } from "./public/grant.ts";
import { context, events } from "./public/read-log.ts";
import { send } from "./public/send.ts";
import { start } from "./public/start.ts";
import { status } from "./public/status.ts";
import { succeed } from "./public/succeed.ts";
import type { Nudge, StoreOptions } from "./public/submit.ts";
import { answer, withdraw } from "./public/waits.ts";
import { run } from "./run.ts";
import type { RunDeps } from "./segment.ts";
import { wake } from "./wake.ts";

export interface AgentObjectDeps extends RunDeps {
  readonly store: StoreOptions;
  /** Who may own a task. Undefined: whoever is named. */
  readonly owners?: OwnerRules | undefined;
  /** Whether the app has an audit sink, which is told of every log that may have grown. */
  readonly audited?: boolean;
  readonly retention?: RetentionSettings | undefined;
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** A segment is retried a little, then paused, and looked after by the supervisor (L5). */
const SEGMENT_RETRY = {
  ...RETRY_FOREVER,
  maxAttempts: SEGMENT_ATTEMPTS,
  onMaxAttempts: "pause",
} as const;

const COMMAND_RETENTION = { journalRetention: MINUTE };
/** A read leaves nothing behind; the ingress gives each call an idempotency key of its own. */
const VIEW_RETENTION = { journalRetention: 0, idempotencyRetention: 0 };

const MESSAGE_BOUND = {
  maxBytes: MAX_MESSAGE_BYTES,
  instead: "store large content as an artifact and send its reference",
};

/** Body in, answer out, callable by anyone who reaches the ingress. */
function publicHandler<I, O>(
  schema: BodySchema<I>,
  handle: (ctx: ObjectSharedContext, input: I) => Promise<O>,
  retention: { readonly journalRetention: number } = COMMAND_RETENTION,
) {
  const options = {
    input: bodySerde(schema),
    output: answerJson<O>(),
    // Plain curl sends another content type unless it is told.
    accept: "*/*",
    inactivityTimeout: 5 * SECOND,
    retryPolicy: RETRY_FOREVER,
    ...retention,
  };
  return handlers.object.shared(options, async (ctx: ObjectSharedContext, body: RawBody) => {
    checkTaskId(ctx);
    return handle(ctx, readBody(schema, body, MESSAGE_BOUND));
  });
}

function checkTaskId({ key }: Pick<ObjectSharedContext, "key">): void {
  const wrong = idProblem(key);
  if (wrong !== undefined) throw problem("invalid_task_id", `the task id ${wrong}`);
}

const PRIVATE = {
  ingressPrivate: true,
  retryPolicy: RETRY_FOREVER,
  journalRetention: MINUTE,
} as const;

/** Plain curl sends another content type unless it is told. */
const NO_INPUT = { input: bodySerde(noInputSchema), accept: "*/*", retryPolicy: RETRY_FOREVER };

/** Changes the task, and nobody outside calls it. */
function privateHandler<I>(handle: (ctx: ObjectContext, input: I) => Promise<unknown>) {
  return handlers.object.exclusive({ ...PRIVATE, input: jsonOf<I>() }, handle);
}

export function createAgentObject(deps: AgentObjectDeps) {
  const { agent, owners, ports } = deps;
  const { name } = agent;
  const flagging = { agent, notifies: ports.notifies === true };
  return object({
    name,
    description: `Agent ${name}, version ${agent.version}; one task per key.`,
    metadata: { "holdfast.agent-version": agent.version },
    options: { enableLazyState: true },
    handlers: {
      ...messageHandlers(deps),
      status: publicHandler(noInputSchema, (ctx) => status(ctx, deps), VIEW_RETENTION),
      events: publicHandler(
        eventsInputSchema,
        (ctx, input) => events(ctx, name, input),
        VIEW_RETENTION,
      ),
      context: publicHandler(
        eventsInputSchema,
        (ctx, input) => context(ctx, name, input),
        VIEW_RETENTION,
      ),
      cancel: publicHandler(cancelInputSchema, (ctx, input) => cancel(ctx, name, input)),
      settle: publicHandler(settleInputSchema, (ctx, input) => settle(ctx, name, input)),
      answer: publicHandler(answerInputSchema, (ctx, input) => answer(ctx, name, input)),
      withdraw: publicHandler(withdrawOperationInputSchema, (ctx, input) =>
        withdraw(ctx, name, input),
      ),
      retry: publicHandler(retryInputSchema, (ctx, input) => retry(ctx, agent, input)),
      drop: publicHandler(dropInputSchema, (ctx, input) => drop(ctx, name, input)),
      grant: publicHandler(grantInputSchema, (ctx, input) => grant(ctx, agent, input)),
      rollback: publicHandler(rollbackInputSchema, (ctx, input) => rollback(ctx, name, input)),
      authority: publicHandler(
        authorityInputSchema,
        (ctx, input) => authority(ctx, name, input),
        VIEW_RETENTION,
      ),
      ...controlHandlers(name, owners),
      explain: publicHandler(noInputSchema, (ctx) => explain(ctx, agent), VIEW_RETENTION),
      flag: publicHandler(
        flagInputSchema,
        (ctx, input) => flag(ctx, flagging, input),
        VIEW_RETENTION,
      ),
      succeed: publicHandler(noInputSchema, (ctx) => succeed(ctx, name, owners?.resolve)),
      recover: publicHandler(recoverInputSchema, (ctx, input) => recover(ctx, name, input)),
      ...askedHandlers(deps),
      ...writingHandlers(deps),
    },
  });
}

/** What objects of the runtime ask the task, and it asks itself; nothing is changed. */
function askedHandlers({ ports }: AgentObjectDeps) {
  return {
    checkAnswer: handlers.object.shared(
      { ...PRIVATE, input: jsonOf<unknown>() },
      (ctx: ObjectSharedContext, given) => ctx.run("check-answer", () => ports.checkAnswer(given)),
    ),
    checkEvidence: handlers.object.shared(
      { ...PRIVATE, journalRetention: 0, input: jsonOf<EvidenceQuestion>() },
      (ctx: ObjectSharedContext, question) => checkEvidence(ctx, question),
    ),
    remains: handlers.object.shared(
      { ...PRIVATE, journalRetention: 0, input: jsonOf<ScrubInput>() },
      (ctx: ObjectSharedContext, input) => remains(ctx, input),
    ),
    nudge: handlers.object.shared(
      { ...PRIVATE, input: jsonOf<Nudge>() },
      (ctx: ObjectSharedContext, input) => nudge(ctx, input),
    ),
  };
}

/** Those that change a task, one after the other (L1). */
function writingHandlers(deps: AgentObjectDeps) {
  const { agent, audited } = deps;
  const noting = createNoting(agent.name, audited);
  return {
    apply: privateHandler<Command>(noting((ctx, input) => apply(ctx, deps, input))),
    scrub: handlers.object.exclusive(
      // What it reads is what is to be gone.
      { ...PRIVATE, journalRetention: 0, input: jsonOf<ScrubInput>() },
      (ctx: ObjectContext, input) => scrub(ctx, input),
    ),
    archive: handlers.object.exclusive(
      { ...NO_INPUT, output: answerJson<Archived>(), ...VIEW_RETENTION },
      async (ctx: ObjectContext, body: RawBody) => {
        checkTaskId(ctx);
        readBody(noInputSchema, body);
        return archive(ctx);
      },
    ),
    remove: privateHandler<object>((ctx) => remove(ctx, deps.retention)),
    wake: handlers.object.exclusive(
      { ...segmentOptions(agent), input: jsonOf<Wake>() },
      noting((ctx, input) => wake(ctx, deps, input)),
    ),
    begin: handlers.object.exclusive(
      { ...segmentOptions(agent), input: jsonOf<Begin>() },
      noting((ctx, input) => begin(ctx, deps, input)),
    ),
    run: handlers.object.exclusive(
      { ...segmentOptions(agent), input: jsonOf<RunInput>() },
      noting((ctx, input) => run(ctx, deps, input)),
    ),
  };
}

/** What people say to a task. */
function messageHandlers({ agent, store, owners }: AgentObjectDeps) {
  const { maxWaitingMessages } = agent.limits;
  const idOf = (
    ctx: ObjectSharedContext,
    { messageId }: { readonly messageId?: string | undefined },
  ) => messageId ?? ctx.request().id;
  return {
    start: publicHandler(startInputSchema, (ctx, input) =>
      start(ctx, agent, store, { ...input, messageId: START_MESSAGE_ID, owners }),
    ),
    send: publicHandler(sendInputSchema, (ctx, input) =>
      send(ctx, agent.name, store, { ...input, messageId: idOf(ctx, input), maxWaitingMessages }),
    ),
    ask: publicHandler(askInputSchema, (ctx, input) =>
      ask(ctx, agent, store, { ...input, messageId: idOf(ctx, input), owners }),
    ),
  };
}

/** The verbs by which people control a task (docs/control.md). */
function controlHandlers(name: string, owners: OwnerRules | undefined) {
  const plain = (type: "resume" | "quarantine" | "complete" | "retire") =>
    publicHandler(verbInputSchema, (ctx, input) => verb(ctx, name, type, input));
  return {
    pause: publicHandler(pauseInputSchema, (ctx, input) => pause(ctx, name, input)),
    resume: plain("resume"),
    quarantine: plain("quarantine"),
    complete: plain("complete"),
    retire: plain("retire"),
    override: publicHandler(overrideInputSchema, (ctx, input) => override(ctx, name, input)),
    transfer: publicHandler(transferInputSchema, (ctx, input) =>
      transfer(ctx, name, owners?.resolve, input),
    ),
  };
}

function segmentOptions({ limits, models }: AgentDefinition) {
  return {
    ...PRIVATE,
    retryPolicy: SEGMENT_RETRY,
    // Above the longest model call, or the engine would abort and repeat it (F11). Each model
    // of the list may take its whole time in one action.
    abortTimeout: limits.modelTimeoutMs * models.length + 5 * MINUTE,
    // A segment that waits gives its place at the engine back, but not at every wait: coming
    // back costs a replay.
    inactivityTimeout: 10 * SECOND,
  };
}
