// Owns the tool of these tests, which pays, and what goes wrong in an author's code.
import { z } from "zod";
import type { AnyTool } from "../../contract/tool.ts";
import { defineTool, type ToolSpec } from "../../tools/define-tool.ts";
import type { HostOptions } from "./host-runner.ts";

export type PaySpec = ToolSpec<
  { cents: number },
  { cents: number },
  { paid: number },
  { paid: number }
>;

export function payTool(spec: Partial<PaySpec>): AnyTool {
  return defineTool({
    name: "pay",
    version: "4",
    description: "Pays.",
    input: z.object({ cents: z.int() }),
    output: z.object({ paid: z.int() }),
    effect: "financial",
    retry: { maxAttempts: 3 },
    execute: ({ cents }) => ({ paid: cents }),
    ...spec,
  });
}

export const throws = (error: Error) => () => {
  throw error;
};
export const fault = throws(new TypeError("hunter2"));

/** Authority that lets nothing happen. */
export const NOBODY = {
  checkAuthority: () => Promise.resolve({ outcome: "blocked", code: "stopped", reason: "x" }),
} satisfies HostOptions;
