// Owns whether a person's answer can stand in the place of an agent's: it has the form of one, and
// where the agent declares an output it is of that schema (R39, R70).
import type { AgentDefinition } from "../../contract/agent.ts";
import type { CheckAnswer } from "../../contract/port.ts";
import { canonicalJson } from "../../core/digest.ts";
import { readWritten } from "../../core/review/edited-answer.ts";
import { judgeOutput } from "./judge-answer.ts";

export function createCheckAnswer({ output }: Pick<AgentDefinition, "output">): CheckAnswer {
  return async (given) => {
    const written = readWritten(given);
    if (written === undefined)
      return { problem: 'an answer is {"text": "..."}, not empty, or {"json": ...}' };
    if (output === undefined) return {};
    if (!("json" in written))
      return { problem: 'the agent declares an output, so its answer is {"json": ...}' };
    const judged = await judgeOutput(canonicalJson(written.json), output.schema);
    return judged.ok ? {} : { problem: judged.message };
  };
}
