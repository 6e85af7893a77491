// Owns how an author's wait becomes a tool: the model calls it, and no code of the author's runs but
// the one that says what is waited for. Imports nothing of Restate (R21).
import { z } from "zod";
import type { AnySchema, ToolDefinition } from "../contract/tool.ts";
import type { Backgrounded, WaitContext, WaitRequest } from "../contract/wait.ts";
import { defineTool } from "./define-tool.ts";

export interface WaitSpec<Arguments, Input> {
  /** Letters, digits, `_` and `-`; the model shows it. */
  readonly name: string;
  /** "1" by default. Change it with the wait's meaning; the task log records it. */
  readonly version?: string;
  /** What is waited for and when to use it; the model reads it. */
  readonly description: string;
  /** Of an object. Arguments that do not satisfy it are told to the model. */
  readonly input: AnySchema<Arguments, Input>;
  /** Only for an input schema that cannot describe itself (Standard JSON Schema). */
  readonly inputJsonSchema?: Record<string, unknown>;
  /**
   * What the call waits for. Of the input and the time alone: it runs where the model's answer is
   * judged, so it reaches nothing else and takes no time. A time that has passed, or is further
   * away than `maxWaitMs`, is told to the model.
   */
  wait(input: NoInfer<Input>, context: WaitContext): WaitRequest;
}

/** A tool whose calls wait. Throws an Error that names the tool and what to change. */
export function defineWait<Arguments, Input>(
  spec: WaitSpec<Arguments, Input>,
): ToolDefinition<Input> {
  const { name, version, description, input, inputJsonSchema } = spec;
  const tool = defineTool({
    name,
    description,
    input,
    ...(version === undefined ? {} : { version }),
    ...(inputJsonSchema === undefined ? {} : { inputJsonSchema }),
    output: z.unknown(),
    // It changes nothing outside, and what it tells is the runtime's.
    effect: "read",
    approval: "never",
    execute: () => {
      throw new Error(`the wait "${name}" is not executed`);
    },
  });
  if (typeof spec.wait !== "function") {
    throw new Error(`tool "${name}" has no wait function; add wait(input, { now }) { ... }`);
  }
  return Object.freeze({ ...tool, wait: spec.wait.bind(spec) });
}

/** By which a model says that it does not wait for what a call waits for. */
export const backgroundArgument = z
  .boolean()
  .optional()
  .describe(
    "True: you go on at once, and what comes of it reaches you later as a message. Use it when there " +
      "is other work to do meanwhile. Left out: the result is that of this call.",
  );

export function inBackground(asked: boolean | undefined): Backgrounded {
  return asked === true ? { background: true } : {};
}
