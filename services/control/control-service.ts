// Owns `holdfast.control/kill`, the last resort (R72): the engine ends what a task has running, and
// the task records what that leaves. An object cannot end its own segment, so this is a service.
import {
  type Context,
  handlers,
  RestatePromise,
  type Serde,
  serde,
  service,
  TerminalError,
} from "@restatedev/restate-sdk";
import type { StatusView } from "../../contract/api.ts";
import type { Command } from "../../contract/command.ts";
import { COMMAND_VERSION } from "../../contract/command.ts";
import type { KillInput } from "../../contract/control.ts";
import type { SettlementReport } from "../../contract/control-view.ts";
import { CONTROL_SERVICE, killInputSchema } from "../../contract/control.ts";
import type { ErrorCode } from "../../contract/errors.ts";
import { ERROR_STATUS } from "../../contract/errors.ts";
import { idProblem } from "../../contract/ids.ts";
import type { RawBody } from "../../contract/raw-body.ts";
import { bodyProblem, bodySerde } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import type { Refusal } from "../../core/transition/unknown-effect.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { verbProblem } from "../../core/control/verbs.ts";
import type { EndInvocations } from "./end-invocations.ts";

export interface ControlPorts {
  readonly findAgent: (agent: string) => Promise<boolean>;
  readonly endInvocations: EndInvocations;
}

export interface KillResult {
  readonly taskUid: string;
  readonly status: TaskStatus;
  /** What the kill leaves: effects that stay, and operations of which nobody knows. */
  readonly settlement?: SettlementReport;
}

/** Pause between two looks for a segment that is in the way, in milliseconds. */
const LOOK_MS = 500;

export function createControlService(ports: ControlPorts) {
  return service({
    name: CONTROL_SERVICE,
    description: "The last resort of operators: ends a task through the engine.",
    handlers: {
      kill: handlers.handler(
        { input: bodySerde(killInputSchema), output: answerJson<KillResult>(), accept: "*/*" },
        (ctx: Context, body: RawBody) => kill(ctx, ports, readKill(body)),
      ),
    },
    options: {
      journalRetention: 60_000,
      retryPolicy: {
        initialInterval: 200,
        maxInterval: 5_000,
        maxAttempts: Number.MAX_SAFE_INTEGER,
      },
    },
  });
}

async function kill(ctx: Context, ports: ControlPorts, input: KillInput): Promise<KillResult> {
  const { agent, taskId, reason, by } = input;
  if (!(await ctx.run("find-agent", () => ports.findAgent(agent))))
    throw problem("agent_not_found", "no worker serves an agent of this name");
  const before = await call<StatusView>(ctx, input, "status");
  const refusal = verbProblem(before, "kill");
  if (refusal !== undefined) throw problem(refusal.code, refusal.message, refusal.details);
  const operations = before.operations
    .filter(({ state }) => state === "issued")
    .map(({ operationId }) => operationId);
  const said = by === undefined ? { reason } : { reason, by };
  const command: Command = { v: COMMAND_VERSION, type: "kill", ...said };
  // Waiting for its turn before anything is ended: no segment can slip in between.
  const applied = call<{ readonly refused?: Refusal }>(ctx, input, "apply", command).map(
    (value, failure) => ({ value, failure }),
  );
  for (;;) {
    await ctx.run("end-invocations", () => ports.endInvocations({ agent, taskId, operations }));
    const first = await RestatePromise.race([
      applied,
      ctx.sleep(LOOK_MS).map(() => "again" as const),
    ]);
    if (first === "again") continue;
    if (first.failure !== undefined) throw first.failure;
    const refused = first.value?.refused;
    if (refused !== undefined) throw problem(refused.code, refused.message, refused.details);
    const { taskUid, status, settlement } = await call<StatusView>(ctx, input, "status");
    return { taskUid, status, ...(settlement === undefined ? {} : { settlement }) };
  }
}

function call<O>(
  ctx: Context,
  { agent, taskId }: KillInput,
  method: string,
  parameter: unknown = {},
) {
  return ctx.genericCall<unknown, O>({
    service: agent,
    key: taskId,
    method,
    parameter,
    inputSerde: serde.json as Serde<unknown>,
    outputSerde: serde.json as Serde<O>,
  });
}

function readKill({ bytes }: RawBody): KillInput {
  const parsed = killInputSchema.safeParse(parseJson(bytes));
  if (!parsed.success) throw problem("invalid_input", bodyProblem(parsed.error.issues));
  const wrong = idProblem(parsed.data.taskId);
  if (wrong !== undefined) throw problem("invalid_task_id", `the task id ${wrong}`);
  return parsed.data;
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes)) as unknown;
  } catch {
    throw problem("invalid_input", "the body is not JSON; send a JSON object encoded as UTF-8");
  }
}

function problem(
  code: ErrorCode,
  message: string,
  details: Readonly<Record<string, string>> = {},
): TerminalError {
  return new TerminalError(message, {
    errorCode: ERROR_STATUS[code],
    metadata: { code, ...details },
  });
}
