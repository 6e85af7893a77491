// Owns `holdfast.control`: `kill`, the last resort (R72): the engine ends what a task has running, and
// the task records what that leaves; `erase`, `preserve` and `expire`; and `explain`. An object cannot end its own segment, and
// does not know what the engine does with it, so this is a service.
import { type Context, handlers, RestatePromise, service } from "@restatedev/restate-sdk";
import { type BodySchema, noInputSchema, type StatusView } from "../../contract/api.ts";
import type { Command } from "../../contract/command.ts";
import { COMMAND_VERSION } from "../../contract/command.ts";
import type { KillInput } from "../../contract/control.ts";
import type { SettlementReport } from "../../contract/control-view.ts";
import { CONTROL_SERVICE, killInputSchema } from "../../contract/control.ts";
import {
  eraseInputSchema,
  type EraseResult,
  preserveInputSchema,
  type PreserveResult,
} from "../../contract/erasure.ts";
import { type Explanation, explainInputSchema } from "../../contract/explanation.ts";
import { expireInputSchema, type ExpireResult } from "../../contract/retention.ts";
import { idProblem } from "../../contract/ids.ts";
import type { RulesView } from "../../contract/oversight.ts";
import type { RawBody } from "../../contract/raw-body.ts";
import { bodySerde } from "../../contract/raw-body.ts";
import { answerJson } from "../../contract/readable.ts";
import type { Refusal } from "../../core/transition/refusal.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { verbProblem } from "../../core/control/verbs.ts";
import type { EnginePort } from "./ask-engine.ts";
import type { EndInvocations } from "./end-invocations.ts";
import { callTask } from "./call-task.ts";
import { type ErasurePorts, eraseTask, preserveTask } from "./erase-task.ts";
import { expireTask } from "./expire-task.ts";
import { explainTask } from "./explain-task.ts";
import { problem } from "../../handler/problem.ts";
import { readBody } from "../../handler/read-body.ts";
import { RETRY_OUTSIDE_FOREVER } from "../../handler/retry.ts";

export interface ControlPorts extends ErasurePorts {
  readonly endInvocations: EndInvocations;
  readonly engine: EnginePort;
  /** What the app goes by. */
  readonly describeRules: () => RulesView;
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
    description:
      "For operators: ends a task through the engine, erases one, and says why one does not move.",
    handlers: {
      kill: handlers.handler(
        { input: bodySerde(killInputSchema), output: answerJson<KillResult>(), accept: "*/*" },
        (ctx: Context, body: RawBody) => kill(ctx, ports, readTask(killInputSchema, body)),
      ),
      erase: handlers.handler(
        { input: bodySerde(eraseInputSchema), output: answerJson<EraseResult>(), accept: "*/*" },
        (ctx: Context, body: RawBody) => eraseTask(ctx, ports, readTask(eraseInputSchema, body)),
      ),
      preserve: handlers.handler(
        {
          input: bodySerde(preserveInputSchema),
          output: answerJson<PreserveResult>(),
          accept: "*/*",
        },
        (ctx: Context, body: RawBody) =>
          preserveTask(ctx, ports, readTask(preserveInputSchema, body)),
      ),
      expire: handlers.handler(
        { input: bodySerde(expireInputSchema), output: answerJson<ExpireResult>(), accept: "*/*" },
        (ctx: Context, body: RawBody) => expireTask(ctx, ports, readTask(expireInputSchema, body)),
      ),
      explain: handlers.handler(
        {
          input: bodySerde(explainInputSchema),
          output: answerJson<Explanation>(),
          accept: "*/*",
          journalRetention: 0,
        },
        (ctx: Context, body: RawBody) =>
          answerFor(explainTask(ctx, ports.engine, readTask(explainInputSchema, body))),
      ),
      rules: handlers.handler(
        {
          input: bodySerde(noInputSchema),
          output: answerJson<RulesView>(),
          accept: "*/*",
          journalRetention: 0,
        },
        async (_: Context, body: RawBody) => {
          readBody(noInputSchema, body);
          return ports.describeRules();
        },
      ),
    },
    options: {
      journalRetention: 60_000,
      retryPolicy: RETRY_OUTSIDE_FOREVER,
    },
  });
}

async function kill(ctx: Context, ports: ControlPorts, input: KillInput): Promise<KillResult> {
  const { agent, taskId, reason, by } = input;
  if (!(await ctx.run("find-agent", () => ports.findAgent(agent))))
    throw problem("agent_not_found", "no worker serves an agent of this name");
  const before = await callTask<StatusView>(ctx, input, "status");
  const refusal = verbProblem(before, "kill");
  if (refusal !== undefined) throw problem(refusal.code, refusal.message, refusal.details);
  const operations = before.operations
    .filter(({ state }) => state === "issued")
    .map(({ operationId }) => operationId);
  const said = by === undefined ? { reason } : { reason, by };
  const command: Command = { v: COMMAND_VERSION, type: "kill", ...said };
  // Waiting for its turn before anything is ended: no segment can slip in between.
  const applied = callTask<{ readonly refused?: Refusal }>(ctx, input, "apply", command).map(
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
    const { taskUid, status, settlement } = await callTask<StatusView>(ctx, input, "status");
    return { taskUid, status, ...(settlement === undefined ? {} : { settlement }) };
  }
}

async function answerFor(explained: Promise<Explanation | undefined>): Promise<Explanation> {
  const explanation = await explained;
  if (explanation === undefined)
    throw problem("task_not_found", "this agent has no task with this id; make it with start");
  return explanation;
}

/** The body of a handler that is about one task. */
function readTask<Input extends { readonly taskId: string }>(
  schema: BodySchema<Input>,
  body: RawBody,
): Input {
  const input = readBody(schema, body);
  const wrong = idProblem(input.taskId);
  if (wrong !== undefined) throw problem("invalid_task_id", `the task id ${wrong}`);
  return input;
}
