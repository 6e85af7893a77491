// Owns the model of agents that do what their task's last message says, a plan of steps, and answer with
// what its calls have returned, or as the plan says.
import { setTimeout } from "node:timers/promises";
import { crowdStep, type Plan } from "./plan.ts";
import { asksFor, says, type ScriptedModel, scriptedModel } from "./scripted-model.ts";

export function plannedModel(): ScriptedModel {
  return scriptedModel(async ({ messages }) => {
    const said = messages.findLastIndex(({ role }) => role === "user");
    const given = messages[said];
    const part = given?.role === "user" ? given.parts[0] : undefined;
    const {
      steps = [],
      ends,
      ms = 0,
      crowd,
    } = JSON.parse(part?.type === "text" ? part.text : "{}") as Partial<Plan>;
    const since = messages.slice(said);
    const nth = since.filter(({ role }) => role === "assistant").length;
    const step = crowd === undefined ? steps[nth] : crowdStep(crowd, nth);
    await setTimeout(ms);
    if (step !== undefined) return asksFor(...step);
    if (ends?.startsWith("fail") === true)
      return { kind: "terminal", code: "context_overflow", status: 413 };
    if (ends !== undefined) return says(ends);
    return says(since.flatMap((each) => (each.role === "tool" ? [each.text] : [])).join("\n"));
  });
}
