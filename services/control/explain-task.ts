// Owns `holdfast.control/explain`: why a task does not move (R100), as its agent's object says it,
// with what only the engine knows. It answers also where no worker of that agent does.
import type { Context } from "@restatedev/restate-sdk";
import { TimeoutError } from "@restatedev/restate-sdk";
import type { ExplainInput, Explanation } from "../../contract/explanation.ts";
import { explain } from "../../core/explain/explain.ts";
import { withEngine } from "../../core/explain/with-engine.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import type { EnginePort } from "./ask-engine.ts";

/** How long the agent's object is given to answer, in milliseconds. */
const ANSWER_MS = 3_000;

/** Undefined: there is no such task. */
export async function explainTask(
  ctx: Context,
  engine: EnginePort,
  task: ExplainInput,
): Promise<Explanation | undefined> {
  const stored = await ctx.run("read-head", async () => (await engine.storedHead(task)) ?? null);
  if (stored === null) return undefined;
  const operations = stored.operations.map(({ operationId }) => operationId);
  const known = await ctx.run("ask-engine", () => engine.view(task, operations));
  const said = known.registered ? await askTask(ctx, engine, task) : undefined;
  const explanation = said ?? explain(stored, { eventAt: () => undefined });
  return withEngine(explanation, { ...known, answers: said !== undefined });
}

/** Undefined when it does not answer. */
async function askTask(
  ctx: Context,
  engine: EnginePort,
  { agent, taskId }: ExplainInput,
): Promise<Explanation | undefined> {
  const call = ctx.genericCall<unknown, Explanation>({
    service: agent,
    key: taskId,
    method: "explain",
    parameter: {},
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
  try {
    return await call.orTimeout(ANSWER_MS);
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    // It reads only; left alone, it would be tried for ever.
    const id = await call.invocationId;
    await ctx.run("abandon-read", async () => void (await engine.abandon(id)));
    return undefined;
  }
}
