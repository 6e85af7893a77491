// Owns the tool that calculates. What it does not own: the arithmetic, see arithmetic.ts.
import { z } from "zod";
import { airlineTool, Refusal } from "./airline-tool.ts";
import { evaluate, pythonFloat, roundToCents } from "./arithmetic.ts";

export const calculate = airlineTool({
  name: "calculate",
  effect: "read",
  input: z.looseObject({ expression: z.string() }),
  execute: ({ expression }) => {
    if (!/^[0-9+\-*/(). ]*$/.test(expression)) {
      throw new Refusal("Error: invalid characters in expression");
    }
    const value = evaluate(expression);
    if (value === undefined) throw new Refusal("Error: invalid expression");
    return pythonFloat(roundToCents(value));
  },
});
