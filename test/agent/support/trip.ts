// Owns a task that has made effects which its tools can undo: one call of `book` per step, in
// order, by a tool whose service answers as a test says.
import type { AgentLimits } from "../../../contract/agent.ts";
import type { Scene } from "./scene.ts";
import type { Answers, ScriptedService, ToolSpec } from "./scripted-service.ts";
import { serveScripted } from "./scripted-service.ts";
import type { ScriptedModel, Step } from "./scripted-model.ts";
import { asksFor, says, scriptedModel } from "./scripted-model.ts";
import type { Task } from "./task.ts";

export interface Trip extends ScriptedService {
  readonly task: Task;
  readonly model: ScriptedModel;
  /** Name of the tool's service. */
  readonly service: string;
  /** What was asked to be undone, in order. */
  undone(): readonly string[];
}

export interface TripSpec {
  readonly script?: Partial<Answers>;
  readonly tool?: Partial<ToolSpec>;
  readonly limits?: Partial<AgentLimits>;
  /** What the model says after the trip; it says "done" by default. */
  readonly afterwards?: readonly Step[];
}

let last = 0;

/** Starts the task; its model books each of these, and then goes on. */
export async function startTrip(
  scene: Scene,
  wanted: readonly string[],
  { script = {}, tool = {}, limits = {}, afterwards = [says("done")] }: TripSpec = {},
): Promise<Trip> {
  last += 1;
  const name = `book-${last}`;
  const served = await serveScripted(scene, { name, effect: "reversible", ...tool }, script);
  const model = scriptedModel([...wanted.map((what) => asksFor([name, { what }])), ...afterwards]);
  const only = { tools: false };
  const desk = await scene.open({
    name: `trip-${last}`,
    model,
    tools: [served.tool],
    limits,
    only,
  });
  const task = desk.task("t");
  await task.start("please");
  const { runs } = served;
  const undone = () =>
    runs.filter((run) => run.startsWith("compensate ")).map((run) => run.slice(11));
  return { task, model, service: `tools.${name}`, undone, ...served };
}
