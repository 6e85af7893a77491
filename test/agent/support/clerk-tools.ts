// Owns the tools of these tests: one per class of behaviour, each counting what it was called
// with, each optionally stopping at a gate. Names are given, since a server knows each once.
import { z } from "zod";
import type { EffectClass } from "../../../contract/effect-class.ts";
import type { AnyTool } from "../../../contract/tool.ts";
import { defineTool } from "../../../index.ts";
import type { Gate } from "./gate.ts";

export interface CountedTool {
  readonly tool: AnyTool;
  /** The idempotency key of each execution, in order. */
  readonly keys: readonly string[];
  /** What each execution was given, in order. */
  readonly given: readonly string[];
  /** How often its signal was aborted. */
  aborts(): number;
}

export interface CountedToolSpec {
  readonly name: string;
  readonly effect?: EffectClass;
  readonly approval?: "default" | "required" | "never";
  readonly endsTask?: boolean;
  readonly version?: string;
  /** Where it stops before its effect is counted as done. */
  readonly gate?: Gate;
  /** Makes the result; by default what it was given. */
  readonly result?: (what: string) => string;
}

/** A tool that takes `{ what }`. */
export function countedTool(spec: CountedToolSpec): CountedTool {
  const { name, effect = "read", approval = "default", endsTask = false, version = "1" } = spec;
  const keys: string[] = [];
  const given: string[] = [];
  let aborts = 0;
  const tool = defineTool({
    name,
    version,
    description: `Does ${name}.`,
    input: z.strictObject({ what: z.string() }),
    output: z.string(),
    effect,
    approval,
    endsTask,
    async execute({ what }, { idempotencyKey, signal }) {
      keys.push(idempotencyKey);
      given.push(what);
      signal.addEventListener("abort", () => (aborts += 1));
      await spec.gate?.pass(signal);
      return spec.result === undefined ? `${name}: ${what}` : spec.result(what);
    },
  });
  return { tool, keys, given, aborts: () => aborts };
}
