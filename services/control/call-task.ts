// Owns how the control service calls a handler of a task's object: any agent's, by its name.
import type { Context } from "@restatedev/restate-sdk";
import { jsonOf } from "../../handler/json-serde.ts";

export function callTask<O>(
  ctx: Context,
  { agent, taskId }: { readonly agent: string; readonly taskId: string },
  method: string,
  parameter: unknown = {},
) {
  return ctx.genericCall<unknown, O>({
    service: agent,
    key: taskId,
    method,
    parameter,
    inputSerde: jsonOf(),
    outputSerde: jsonOf(),
  });
}
