// Owns what stands around a tool's service in these tests: somebody who calls it, since the
// ingress may not, and an agent object that it can wake.
import {
  type Context,
  object,
  type ObjectContext,
  type Serde,
  serde,
  service,
} from "@restatedev/restate-sdk";
import type { Wake } from "../../contract/command.ts";
import { toolServiceName } from "../../contract/ids.ts";
import type {
  CompensateRequest,
  CompensateResponse,
  ProposeRequest,
  ProposeResponse,
  ReconcileRequest,
  ReconcileResponse,
  ToolRequest,
  ToolResponse,
} from "../../contract/tool.ts";
import { canonicalJson, digestOf, sha256 } from "../../core/digest.ts";
import type { TestEngine } from "../support/restate.ts";

export const AGENT = "desk";

/** The answers of a tool's service, by its handlers. */
export interface VerbResponses {
  readonly execute: ToolResponse;
  readonly reconcile: ReconcileResponse;
  readonly compensate: CompensateResponse;
  readonly propose: ProposeResponse;
}

interface VerbRequests {
  readonly execute: ToolRequest;
  readonly reconcile: ReconcileRequest;
  readonly compensate: CompensateRequest;
  readonly propose: ProposeRequest;
}

interface VerbCall {
  readonly verb: keyof VerbResponses;
  readonly request: ProposeRequest;
}

const caller = service({
  name: "caller",
  handlers: {
    call: (ctx: Context, request: ToolRequest): Promise<ToolResponse> =>
      ctx.genericCall({
        service: toolServiceName(request.tool),
        method: "execute",
        parameter: request,
        idempotencyKey: sha256(request.operationId),
        inputSerde: serde.json as Serde<ToolRequest>,
        outputSerde: serde.json as Serde<ToolResponse>,
      }),
    verb: (ctx: Context, { verb, request }: VerbCall): Promise<unknown> =>
      ctx.genericCall({
        service: toolServiceName(request.tool),
        method: verb,
        parameter: request,
        inputSerde: serde.json as Serde<unknown>,
        outputSerde: serde.json as Serde<unknown>,
      }),
  },
});

const agent = object({
  name: AGENT,
  handlers: {
    async wake(ctx: ObjectContext, wake: Wake): Promise<void> {
      ctx.set("wakes", [...((await ctx.get<Wake[]>("wakes")) ?? []), wake]);
    },
    wakes: async (ctx: ObjectContext): Promise<Wake[]> => (await ctx.get<Wake[]>("wakes")) ?? [],
  },
});

export const surroundings = [caller, agent];

let lastOperation = 0;

/** A request as the agent object makes it, of an operation of its own. */
export function requestFor(
  tool: string,
  given: unknown,
  changes: Partial<ToolRequest> = {},
): ToolRequest {
  lastOperation += 1;
  return {
    v: 1,
    operationId: `uid/1/${lastOperation}/1`,
    agent: AGENT,
    taskId: `task-${lastOperation}`,
    taskUid: "uid",
    tool,
    arguments: { text: canonicalJson(given) },
    argumentsDigest: digestOf(given),
    issuedAt: Date.now(),
    wakeAfterMs: 60_000,
    ...changes,
  };
}

/** Calls and waits for the response. */
export async function callTool(engine: TestEngine, request: ToolRequest): Promise<ToolResponse> {
  const answer = await engine.call("caller/call", request);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer));
  return answer.body as ToolResponse;
}

/** As callTool, of any handler, and each time anew. */
export async function callVerb<Verb extends keyof VerbResponses>(
  engine: TestEngine,
  verb: Verb,
  request: VerbRequests[Verb],
): Promise<VerbResponses[Verb]> {
  const answer = await engine.call("caller/verb", { verb, request });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer));
  return answer.body as VerbResponses[Verb];
}

/** What the task of this request has been woken with. */
export async function wakesOf(engine: TestEngine, taskId: string): Promise<readonly Wake[]> {
  return (await engine.call(`${AGENT}/${taskId}/wakes`)).body as Wake[];
}
