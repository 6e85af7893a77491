// Owns the wait for a value from outside. A frozen format (L4): a waiter that has handed out
// its awakeable stays with its deployment until it is settled, so nothing here may change the
// order of the three steps, and nothing else belongs here.
import {
  type Context,
  type Serde,
  serde,
  service,
  type TerminalError,
} from "@restatedev/restate-sdk";
import {
  COMMAND_VERSION,
  type Wake,
  WAITER_SERVICE,
  type WaiterRequest,
} from "../../contract/command.ts";

// Far above every decision, far below what the task log takes in one entry.
const MAX_PAYLOAD_BYTES = 64 * 1024;
const MAX_REASON_LENGTH = 1024;

async function wait(ctx: Context, request: WaiterRequest): Promise<void> {
  const { operationId } = request;
  // Raw, since whoever resolves it may send anything; the agent object judges it.
  const { id: awakeableId, promise } = ctx.awakeable(serde.binary);
  wake(ctx, request, { v: COMMAND_VERSION, type: "awakeable-opened", operationId, awakeableId });
  const payload = await promise.map(readPayload);
  wake(ctx, request, {
    v: COMMAND_VERSION,
    type: "awakeable-settled",
    operationId,
    awakeableId,
    payload,
  });
}

type Payload = Extract<Wake, { type: "awakeable-settled" }>["payload"];

/** Not asked after a cancellation, which ends the wait without a word. */
function readPayload(bytes: Uint8Array | undefined, failure: TerminalError | undefined): Payload {
  if (failure !== undefined) return { rejected: failure.message.slice(0, MAX_REASON_LENGTH) };
  if (bytes === undefined) return { text: "" };
  if (bytes.length > MAX_PAYLOAD_BYTES) {
    return {
      rejected: `the payload has ${bytes.length} bytes, and at most ${MAX_PAYLOAD_BYTES} are taken`,
    };
  }
  return { text: new TextDecoder().decode(bytes) };
}

function wake(ctx: Context, request: WaiterRequest, parameter: Wake): void {
  ctx.genericSend({
    service: request.agent,
    method: "wake",
    key: request.taskId,
    parameter,
    inputSerde: serde.json as Serde<Wake>,
  });
}

/** The service `holdfast.waiter`. Called with `send`; answers to the agent object by `wake`. */
export const waiterService = service({
  name: WAITER_SERVICE,
  handlers: { wait },
  options: {
    ingressPrivate: true,
    // Gives its place on the worker back at once; it may wait for months.
    inactivityTimeout: 1000,
    journalRetention: 0,
    retryPolicy: { initialInterval: 200, maxInterval: 5000, maxAttempts: Number.MAX_SAFE_INTEGER },
  },
});
