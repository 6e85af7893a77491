// Owns what a call of a waiting tool waits for, from its validated arguments: computed where the
// model's answer is judged, so that it is journaled with that answer. A wait that cannot be is told
// to the model (F3).
import type { AnyTool } from "../../contract/tool.ts";
import type { WaitContext, WaitRequest } from "../../contract/wait.ts";
import { waitProblem } from "../../core/wait/wait-problem.ts";
import type { Refusal } from "./authorize-call.ts";
import { denied } from "./authorize-call.ts";

/** Undefined for a tool whose calls are executed. */
export function judgeWait(
  { wait, delegatesTo = [] }: AnyTool,
  { input, gated }: { readonly input: unknown; readonly gated: boolean },
  context: WaitContext,
): { readonly wait: WaitRequest } | Refusal | undefined {
  if (wait === undefined) return undefined;
  if (gated) return denied("policy asks for an approval, and a wait takes none");
  let asked: WaitRequest;
  try {
    asked = wait(input, context);
  } catch {
    // Its text may hold anything.
    return unusable("From these arguments it cannot be said what to wait for.");
  }
  const problem = waitProblem(asked, context);
  // What the tool was not made for is nobody's to start, whatever its code says (R24).
  if (problem === undefined && asked.kind === "child" && !delegatesTo.includes(asked.agent))
    return unusable("Child tasks cannot be waited for by this tool: delegate makes one that can.");
  return problem === undefined ? { wait: asked } : unusable(problem);
}

function unusable(message: string): Refusal {
  return { ok: false, code: "invalid_arguments", message };
}
