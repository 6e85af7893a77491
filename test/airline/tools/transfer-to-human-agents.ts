// Owns the tool that hands the user over to a person, which ends the task.
import { z } from "zod";
import { ENDING_TOOL } from "../conversation.ts";
import { airlineTool } from "./airline-tool.ts";

export const transferToHumanAgents = airlineTool({
  name: ENDING_TOOL,
  effect: "communication",
  endsTask: true,
  input: z.looseObject({ summary: z.string() }),
  execute: () => "Transfer successful",
});
