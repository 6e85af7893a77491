// Owns the judgement of what a model asked for, before anything is done: unknown tools,
// arguments that do not parse or do not fit, repeated call ids, too many calls (F3, F4, F5), what
// is not allowed (R42), and the form of a final answer. It never throws: all is data for the model.
import type { StandardSchemaV1 } from "@standard-schema/spec";
import type { CallCheck, ModelAnswer, RawCall } from "../../contract/model.ts";
import type { ModelCall } from "../../contract/port.ts";
import { keyBeside } from "../../contract/tenant.ts";
import type { AnySchema, AnyTool } from "../../contract/tool.ts";
import type { WaitContext } from "../../contract/wait.ts";
import { operationId } from "../../contract/ids.ts";
import { childTaskId } from "../../core/child/child-id.ts";
import { digestOf } from "../../core/digest.ts";
import { parseStrictJson } from "../../core/strict-json.ts";
import { NO_PRICE, toolPrice } from "../../core/tool-price.ts";
import type { AuthorizeCall, Refusal } from "./authorize-call.ts";
import { denied } from "./authorize-call.ts";

import { judgeWait } from "./judge-wait.ts";

/** Issues of one value that the model is told, and how long what it is told may be. */
const MAX_ISSUES = 8;
const MAX_MESSAGE = 2_000;

const NO_FORM = "The arguments hold a number or a text that JSON cannot represent exactly.";

/** Whose answer it is, beside what a wait is given. */
export interface JudgeContext extends WaitContext {
  readonly task?: Pick<ModelCall, "taskUid" | "taskId" | "tenant" | "step">;
}

/** The children that the call at this ordinal may make: of the same tenant as their parent. */
function childIds(
  task: NonNullable<JudgeContext["task"]>,
  ordinal: number,
): NonNullable<WaitContext["childId"]> {
  const { taskUid, step } = task;
  const call = operationId({ taskUid, step, ordinal, attempt: 1 });
  return (agent, key) => keyBeside(task, childTaskId({ taskUid, operationId: call }, agent, key));
}

export interface JudgedCall extends RawCall {
  readonly check: CallCheck;
}

/**
 * Judges the calls of one answer, in order. A repeated call id is renamed `<id>~2`; the call
 * stands when it is the first one again, and is refused when it is another (F5).
 */
export async function judgeCalls(
  calls: readonly RawCall[],
  tools: readonly AnyTool[],
  maxCalls: number,
  authorize: AuthorizeCall,
  { task, ...context }: JudgeContext,
): Promise<readonly JudgedCall[]> {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const bound = new Map<string, string>();
  const taken = new Set(calls.map((call) => call.callId));
  const judged: JudgedCall[] = [];
  for (const [ordinal, call] of calls.entries()) {
    const place = task === undefined ? context : { ...context, childId: childIds(task, ordinal) };
    const check =
      ordinal < maxCalls ? await checkCall(call, byName, authorize, place) : tooMany(maxCalls);
    const identity = `${call.name}\n${check.ok ? check.digest : call.arguments}`;
    const first = bound.get(call.callId);
    if (first === undefined) {
      bound.set(call.callId, identity);
      judged.push({ ...call, check });
      continue;
    }
    const callId = freeId(call.callId, taken);
    judged.push({ ...call, callId, check: first === identity ? check : duplicate(call.callId) });
  }
  return judged;
}

/** Judges the text of a final answer against the agent's output schema. */
export async function judgeOutput(
  text: string,
  schema: AnySchema,
): Promise<NonNullable<ModelAnswer["output"]>> {
  const parsed = parse(text);
  if ("problem" in parsed)
    return { ok: false, message: tell(`it must be JSON and nothing else: ${parsed.problem}`) };
  const fit = await fitSchema(parsed.value, schema);
  return "problem" in fit ? { ok: false, message: fit.problem } : { ok: true };
}

async function checkCall(
  call: RawCall,
  tools: ReadonlyMap<string, AnyTool>,
  authorize: AuthorizeCall,
  context: WaitContext,
): Promise<CallCheck> {
  const tool = tools.get(call.name);
  if (tool === undefined) return unknownTool(call.name, [...tools.keys()]);
  // Models leave the arguments of a tool without any empty.
  const text = call.arguments.trim() === "" ? "{}" : call.arguments;
  const parsed = parse(text);
  if ("problem" in parsed) {
    return {
      ok: false,
      code: "invalid_json",
      message: tell(`The arguments are not valid JSON: ${parsed.problem}`),
    };
  }
  const strict = parseStrictJson(text);
  if ("problem" in strict) {
    const message = `The arguments cannot be used: ${strict.problem}.`;
    return { ok: false, code: "invalid_arguments", message };
  }
  const fit = await fitSchema(strict.value, tool.input);
  if ("problem" in fit) return { ok: false, code: "invalid_arguments", message: fit.problem };
  const digest = digestArguments(strict.value);
  // Nothing that could be approved or compared.
  if (digest === undefined) return { ok: false, code: "invalid_arguments", message: NO_FORM };
  const price = toolPrice(tool, fit.value);
  if (price === undefined) return denied(NO_PRICE);
  const authorized = authorize(tool, { arguments: strict.value, input: fit.value });
  if ("ok" in authorized) return { ...authorized, message: tell(authorized.message) };
  const { version: toolVersion, effect } = tool;
  const cost = price === 0 ? {} : { price };
  const waits = judgeWait(tool, { input: fit.value, gated: authorized.approval === true }, context);
  if (waits !== undefined && "ok" in waits) return { ...waits, message: tell(waits.message) };
  return { ok: true, digest, toolVersion, effect, ...cost, ...authorized, ...waits };
}

/** The digest, or undefined for what has no canonical form, such as 1e999 or a lone surrogate. */
function digestArguments(value: unknown): string | undefined {
  try {
    return digestOf(value);
  } catch {
    return undefined;
  }
}

function parse(text: string): { readonly value: unknown } | { readonly problem: string } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : "it does not parse" };
  }
}

/** What the schema makes of a value, or why it does not take it. */
async function fitSchema(
  value: unknown,
  schema: AnySchema,
): Promise<{ readonly value: unknown } | { readonly problem: string }> {
  try {
    const result = await schema["~standard"].validate(value);
    if (result.issues === undefined) return { value: result.value };
    const { issues } = result;
    const told = issues.slice(0, MAX_ISSUES).map(describeIssue);
    const more = issues.length - told.length;
    return { problem: tell([...told, ...(more > 0 ? [`and ${more} more`] : [])].join("; ")) };
  } catch {
    // A check of the author's own that cannot take this value.
    return { problem: "The value could not be checked against the schema." };
  }
}

// A message quotes what the model wrote: of any length, and cut or escaped into lone
// surrogates, which could not be hashed into the task log.
function tell(message: string): string {
  const cut = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}...` : message;
  return cut.toWellFormed();
}

function describeIssue({ path = [], message }: StandardSchemaV1.Issue): string {
  const place = path
    .map((segment) => (typeof segment === "object" ? segment.key : segment))
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`))
    .join("")
    .replace(/^\./, "");
  return place === "" ? message : `${place}: ${message}`;
}

function unknownTool(name: string, tools: readonly string[]): Refusal {
  const offer = tools.length === 0 ? "There are no tools." : `The tools are: ${tools.join(", ")}.`;
  return { ok: false, code: "unknown_tool", message: tell(`There is no tool "${name}". ${offer}`) };
}

function tooMany(maxCalls: number): Refusal {
  const message = `At most ${maxCalls} calls are executed per answer; ask again for this one.`;
  return { ok: false, code: "too_many_calls", message };
}

function duplicate(callId: string): Refusal {
  const message = `The call id "${callId}" was used before in this answer for another call; only the first one stands.`;
  return { ok: false, code: "duplicate_call_id", message };
}

function freeId(callId: string, taken: Set<string>): string {
  let repeat = 2;
  while (taken.has(`${callId}~${repeat}`)) repeat += 1;
  const free = `${callId}~${repeat}`;
  taken.add(free);
  return free;
}
