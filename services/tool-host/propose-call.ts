// Owns the verb `propose`: what a call would touch, without touching it. For whoever asks before
// the call is made: approvals, edits, grants, budgets.
import type { ProposeRequest, ProposeResponse, ToolError } from "../../contract/tool.ts";
import type { Fingerprint } from "../../core/approval/captured-change.ts";
import { fingerprintIn } from "../../core/approval/captured-change.ts";
import { digestOf } from "../../core/digest.ts";
import { attemptCall } from "./attempt-call.ts";
import { askPrecondition } from "./check-captured.ts";
import { errorBody } from "./error-body.ts";
import { loadCall, type LoadedCall } from "./load-call.ts";
import { gaveUp, timingOf } from "./outcome.ts";
import { bodyOf, repeatFaults } from "./repeat-faults.ts";
import type { Steps } from "./steps.ts";
import type { ToolHost } from "./tool-host.ts";

type Proposed = Extract<ProposeResponse, { outcome: "proposed" }>;
type Body = Omit<Proposed, "v" | "toolVersion" | "startedAt" | "durationMs">;

/** Answers always; rejects only when the invocation was cancelled or killed. */
export async function proposeCall(
  host: ToolHost,
  request: ProposeRequest,
  steps: Steps,
): Promise<ProposeResponse> {
  const ended = await repeatFaults(host, steps, "propose", (signal) =>
    proposeOnce(host, request, signal),
  );
  return ended.outcome === "fault" || ended.outcome === "nothing"
    ? { ...timingOf(ended), ...gaveUp(host.tool, ended) }
    : ended;
}

async function proposeOnce(host: ToolHost, request: ProposeRequest, signal: AbortSignal) {
  const loaded = await loadCall(host, request);
  if ("outcome" in loaded) return loaded;
  const attempted = await attemptCall(
    host,
    {
      origin: request,
      // Of no operation: whatever the author's code does with it, it is no effect's key.
      idempotencyKey: digestOf({ propose: loaded.argumentsDigest, taskUid: request.taskUid }),
      run: async (context) =>
        describe(host, loaded, await askPrecondition(host, loaded.input, context)),
    },
    signal,
  );
  return bodyOf(attempted, (answer) =>
    answer.did === "failed"
      ? errorBody(answer.code, answer.message)
      : withoutSecrets(answer.value as Body | ToolError),
  );
}

/** A value in which a credential was found is not the one that the digest is of. */
function withoutSecrets(body: Body | ToolError): Body | ToolError {
  if (body.outcome === "error") return body;
  const { preconditionValue: _, ...rest } = body;
  return { ...rest, ...fingerprintIn(body) };
}

function describe(
  { tool }: ToolHost,
  { input, argumentsDigest }: LoadedCall,
  precondition: Fingerprint,
): Body | ToolError {
  const resource = tool.resource?.(input);
  if (resource !== undefined && (typeof resource !== "string" || !resource.isWellFormed())) {
    return errorBody("tool_failed", "The tool does not name what the call touches as a text.");
  }
  const price = tool.price?.(input);
  if (price !== undefined && !(Number.isSafeInteger(price) && price >= 0)) {
    return errorBody("tool_failed", "The tool's price is not a whole number of micro-units.");
  }
  return {
    outcome: "proposed",
    argumentsDigest,
    ...(resource === undefined ? {} : { resource }),
    ...precondition,
    ...(price === undefined ? {} : { price }),
  };
}
