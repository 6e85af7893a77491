// Owns a tool's service that these tests make up: it answers each verb as its script says, keeps
// what it was asked, and wakes the task when it is late, as the real one does. It lives in the
// test process, so it outlives the workers that a test kills.
import type { Context, Serde } from "@restatedev/restate-sdk";
import { serde, service } from "@restatedev/restate-sdk";
import { z } from "zod";
import type { Wake } from "../../../contract/command.ts";
import type { CompensateAnswer } from "../../../contract/effect-answer.ts";
import type { EffectClass } from "../../../contract/effect-class.ts";
import type {
  AnyTool,
  Blocked,
  CompensateRequest,
  ReconcileRequest,
  ToolRequest,
} from "../../../contract/tool.ts";
import { TOOL_RETENTION_MS } from "../../../contract/tool.ts";
import { defineTool } from "../../../index.ts";
import type { Scene } from "./scene.ts";

/** What an agent knows of such a tool. */
export interface ToolSpec {
  readonly name: string;
  /** Financial by default. */
  readonly effect?: EffectClass;
  readonly approval?: "default" | "required" | "never";
  /** Whether the tool has these verbs; true by default. */
  readonly reconcile?: boolean;
  readonly compensate?: boolean;
}

/** The tool as its agent has it; nothing of it is run. */
export function toolOf(spec: ToolSpec): AnyTool {
  const { name, effect = "financial", approval = "never" } = spec;
  const verbs = {
    ...(spec.reconcile === false ? {} : { reconcile: never }),
    ...(spec.compensate === false ? {} : { compensate: never }),
  };
  return defineTool({
    name,
    description: `Does ${name}.`,
    input: z.strictObject({ what: z.string() }),
    output: z.string(),
    effect,
    approval,
    execute: never,
    ...(effect === "read" ? {} : verbs),
  });
}

function never(): never {
  throw new Error("the service of these tests runs no tool");
}

type Ok = { readonly outcome: "ok"; readonly text: string };
type Unknown = { readonly outcome: "unknown"; readonly reason: string };
export interface Answers {
  execute: (
    request: ToolRequest,
    n: number,
  ) => Said<Ok | Blocked | (Unknown & { readonly notBefore?: number })>;
  reconcile: (
    request: ReconcileRequest,
    n: number,
  ) => Said<Ok | Blocked | Unknown | { readonly outcome: "not-applied" }>;
  compensate: (request: CompensateRequest, n: number) => Said<CompensateAnswer | Blocked>;
}
type Said<T> = T | Promise<T>;

export interface ScriptedService {
  readonly tool: AnyTool;
  /** Each run of a verb, in order: `execute x`, `reconcile x`, with the argument. */
  readonly runs: readonly string[];
  readonly requests: readonly ReconcileRequest[];
}

/** Serves `tools.<name>`. What the script leaves out goes well. */
export async function serveScripted(
  scene: Scene,
  spec: ToolSpec,
  script: Partial<Answers> = {},
): Promise<ScriptedService> {
  const runs: string[] = [];
  const requests: ReconcileRequest[] = [];
  const answers: Answers = {
    execute: (request) => ({ outcome: "ok", text: `did ${whatOf(request)}` }),
    reconcile: () => ({ outcome: "not-applied" }),
    compensate: () => ({ outcome: "undone" }),
    ...script,
  };
  const verb =
    <Request extends ToolRequest>(
      name: keyof Answers,
      answer: (request: Request, n: number) => Said<object>,
    ) =>
    async (ctx: Context, request: Request) => {
      const response = await ctx.run(name, async () => {
        runs.push(`${name} ${whatOf(request)}`);
        requests.push(request);
        const startedAt = Date.now();
        const said = await answer(request, runs.filter((run) => run.startsWith(name)).length);
        const durationMs = Date.now() - startedAt;
        return { v: 1 as const, toolVersion: "1", startedAt, durationMs, ...bodyOf(said) };
      });
      wakeIfLate(ctx, request, response.startedAt + response.durationMs);
      return response;
    };
  await scene.engine.serveEndpoint([
    service({
      name: `tools.${spec.name}`,
      handlers: {
        execute: verb<ToolRequest>("execute", answers.execute),
        reconcile: verb<ReconcileRequest>("reconcile", answers.reconcile),
        compensate: verb<CompensateRequest>("compensate", answers.compensate),
        // Nothing is known of such a call but what it is.
        propose: async (ctx: Context, request: ToolRequest) => ({
          v: 1,
          outcome: "proposed",
          toolVersion: "1",
          startedAt: await ctx.date.now(),
          durationMs: 0,
          argumentsDigest: request.argumentsDigest,
        }),
      },
      options: { ingressPrivate: true, idempotencyRetention: TOOL_RETENTION_MS },
    }),
  ]);
  return { tool: toolOf(spec), runs, requests };
}

function whatOf({ arguments: given }: ToolRequest): string {
  return "text" in given ? (JSON.parse(given.text) as { what: string }).what : "";
}

function bodyOf(said: object): object {
  if (!("text" in said)) return said;
  return { outcome: "ok", result: { text: String(said.text) }, mediaType: "text/plain" };
}

function wakeIfLate(ctx: Context, request: ToolRequest, endedAt: number): void {
  if (endedAt - request.issuedAt <= request.wakeAfterMs) return;
  const { agent, taskId, operationId } = request;
  ctx.genericSend({
    service: agent,
    method: "wake",
    key: taskId,
    parameter: { v: 1, type: "tool-done", operationId } satisfies Wake,
    inputSerde: serde.json as Serde<Wake>,
  });
}
