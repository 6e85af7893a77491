// Owns a task of one call, of a tool whose service answers as a test says; and short ways to say
// what became of it.
import { expect } from "vitest";
import type { AgentLimits } from "../../../contract/agent.ts";
import type { IngressAnswer } from "../../support/ingress.ts";
import type { Scene } from "./scene.ts";
import type { Answers, ScriptedService, ToolSpec } from "./scripted-service.ts";
import { serveScripted } from "./scripted-service.ts";
import type { ScriptedModel } from "./scripted-model.ts";
import { asksFor, says, scriptedModel } from "./scripted-model.ts";
import type { Task } from "./task.ts";

export interface Wiring extends ScriptedService {
  readonly task: Task;
  readonly model: ScriptedModel;
  /** Name of the tool's service. */
  readonly service: string;
}

let last = 0;

/** Starts a task whose model asks once for a tool with `x`, and then says "done". */
export async function startWiring(
  scene: Scene,
  script: Partial<Answers>,
  spec: Partial<ToolSpec> = {},
  limits: Partial<AgentLimits> = {},
): Promise<Wiring> {
  last += 1;
  const name = `wire-${last}`;
  const served = await serveScripted(scene, { name, compensate: false, ...spec }, script);
  const model = scriptedModel([asksFor([name, { what: "x" }]), says("done")]);
  const only = { tools: false };
  const desk = await scene.open({
    name: `desk-${last}`,
    model,
    tools: [served.tool],
    limits,
    only,
  });
  const task = desk.task("t");
  await task.start("please");
  return { task, model, service: `tools.${name}`, ...served };
}

export const unknown = (notBefore?: number) => ({
  outcome: "unknown" as const,
  reason: "the worker was lost",
  ...(notBefore === undefined ? {} : { notBefore }),
});

/** The first attempt is unknown; later ones go well. */
export const lostOnce: Answers["execute"] = (_, n) =>
  n === 1 ? unknown() : { outcome: "ok", text: "done again" };

/** States the outcome of the only open operation. */
export async function settle(
  task: Task,
  outcome: "applied" | "not-applied",
  more: object = {},
): Promise<IngressAnswer> {
  const { operations } = await task.status();
  const operationId = operations[0]?.operationId;
  return task.post("settle", { operationId, outcome, reason: "I looked", ...more });
}

export async function endsWell(task: Task): Promise<void> {
  expect((await task.until("idle")).lastTurn?.answer).toBe("done");
}

/** What the model was given as the call's result. */
export function resultIn(model: ScriptedModel): unknown {
  return model.requests[1]?.messages.findLast((message) => message.role === "tool");
}
