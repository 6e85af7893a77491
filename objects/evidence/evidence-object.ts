// Owns the object `holdfast.evidence`, one per task: the last signature under the task's log. Each new
// one is made only of a log that goes on from the one before, so a log that is shortened or written
// anew where it is kept is found here, and stays found. Reading and signing are the port's.
import type { ObjectContext, ObjectSharedContext, RunOptions } from "@restatedev/restate-sdk";
import { CancelledError, handlers, object, serde, TerminalError } from "@restatedev/restate-sdk";
import { auditedTask } from "../../contract/audit.ts";
import {
  EVIDENCE_SERVICE,
  EVIDENCE_VERSION,
  type EvidenceNote,
  type LogPlace,
  type SignedHead,
  type SignLog,
} from "../../contract/signed-head.ts";
import { answerJson } from "../../contract/readable.ts";
import { checkLogKey } from "../../handler/check-log-key.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { problem } from "../../handler/problem.ts";
import { RETRY_OUTSIDE_FOREVER } from "../../handler/retry.ts";

/** Persisted: add optional fields only. */
interface EvidenceState {
  readonly v: typeof EVIDENCE_VERSION;
  readonly head: SignedHead;
}

const STATE = "evidence";
const stateSerde = jsonOf<EvidenceState>();
const PRIVATE = {
  ingressPrivate: true,
  input: jsonOf<EvidenceNote>(),
  retryPolicy: RETRY_OUTSIDE_FOREVER,
  journalRetention: 0,
} as const;
/** Callable by whoever reaches the ingress: what it signs is what the task's log says. */
const PUBLIC = {
  accept: "*/*",
  input: serde.binary,
  output: answerJson<SignedHead>(),
  retryPolicy: RETRY_OUTSIDE_FOREVER,
  journalRetention: 0,
  idempotencyRetention: 0,
} as const;

/** Of who asks, it is not known that there is such an agent: it is told, and nothing is tried for ever. */
const FOR_A_CALLER = { maxRetryAttempts: 4, initialRetryInterval: 100, maxRetryInterval: 1_000 };

export function createEvidenceObject(signLog: SignLog) {
  return object({
    name: EVIDENCE_SERVICE,
    description: "The signature under a task's log; keyed by agent and task ID.",
    options: { enableLazyState: true },
    handlers: {
      note: handlers.object.exclusive(PRIVATE, async (ctx: ObjectContext) => {
        await sign(ctx, signLog, {});
      }),
      sign: handlers.object.exclusive(PUBLIC, async (ctx: ObjectContext) => {
        checkLogKey(ctx.key);
        const signed = await sign(ctx, signLog, FOR_A_CALLER).catch(unread);
        if (typeof signed === "object") return signed;
        if (signed === "gone") throw notFound();
        throw problem("evidence_broken", signed.slice("broken: ".length));
      }),
      show: handlers.object.shared(PUBLIC, async (ctx: ObjectSharedContext) => {
        const state = await ctx.get(STATE, stateSerde);
        if (state === null) throw notFound();
        return state.head;
      }),
    },
  });
}

async function sign(
  ctx: ObjectContext,
  signLog: SignLog,
  retry: Omit<RunOptions<unknown>, "serde">,
): Promise<SignedHead | "gone" | `broken: ${string}`> {
  const task = auditedTask(ctx.key);
  const stored = (await ctx.get(STATE, stateSerde))?.head;
  let from: LogPlace | undefined = stored;
  for (;;) {
    const place = from;
    const signed = await ctx.run("sign-log", () => signLog(task, place), retry);
    if (signed.outcome === "gone") return "gone";
    if (signed.outcome === "broken") return `broken: ${signed.problem}`;
    if (signed.outcome === "more") {
      from = signed.checked;
      continue;
    }
    // The same end keeps its signature, so that it is exported as the same bytes after a new key.
    const { taskUid, seq } = signed.head;
    if (stored !== undefined && stored.taskUid === taskUid && stored.seq === seq) return stored;
    ctx.set(STATE, { v: EVIDENCE_VERSION, head: signed.head }, stateSerde);
    return signed.head;
  }
}

/** What the action has failed with at last, in words of ours; cancellation is let through. */
function unread(error: unknown): never {
  if (error instanceof CancelledError || !(error instanceof TerminalError)) throw error;
  throw problem("tool_unavailable", "the task's log could not be read or signed; try again");
}

function notFound() {
  return problem("task_not_found", "there is no such task, or nothing of it is signed yet");
}
