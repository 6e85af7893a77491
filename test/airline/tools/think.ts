// Owns the tool that lets the model write a thought down.
import { z } from "zod";
import { airlineTool } from "./airline-tool.ts";

export const think = airlineTool({
  name: "think",
  effect: "read",
  input: z.looseObject({ thought: z.string() }),
  execute: () => "",
});
