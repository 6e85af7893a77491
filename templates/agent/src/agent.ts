// The agent: what it is told, and what it may use.
import { defineAgent, type ModelChoice } from "holdfast";
import { sendLetter } from "./send-letter.ts";

export function clerk(model: ModelChoice) {
  return defineAgent({
    name: "clerk",
    // Raise it with every change of what the agent does: the log says which version did what.
    version: "1",
    instructions: "You write short, friendly letters for the office, and say what you have done.",
    model,
    tools: [sendLetter],
  });
}
