// Owns how a request becomes what the author's code is given: texts from wherever they are kept,
// read strictly, checked against the recorded digest and the tool's schema.
import type { ArtifactStore, StoredText, TenantArtifacts } from "../../contract/artifact.ts";
import type { AnyTool, CompensateRequest, ProposeRequest, ToolError } from "../../contract/tool.ts";
import { digestOf } from "../../core/digest.ts";
import { parseStrictJson } from "../../core/strict-json.ts";
import { errorBody } from "./error-body.ts";
import { verdictOf } from "./verdict.ts";

/** A call whose arguments are the recorded ones and fit the tool. */
export interface LoadedCall {
  /** Parsed JSON, as they were recorded. */
  readonly arguments: unknown;
  /** What the input schema made of the arguments. */
  readonly input: unknown;
  readonly argumentsDigest: string;
  /** Of the effect that is to be undone. */
  readonly result?: unknown;
}

interface CallPlace {
  readonly tool: AnyTool;
  readonly artifacts: ArtifactStore;
}

interface CallRequest extends ProposeRequest {
  /** Where it is set, what runs must be that and nothing else. */
  readonly argumentsDigest?: string;
}

/** Rejects when the artifact store does. */
export async function loadCall(
  { tool, artifacts }: CallPlace,
  request: CallRequest,
): Promise<LoadedCall | ToolError> {
  const text = await textOf(request.arguments, artifacts.ofTenant(request.tenant));
  // Models leave the arguments of a tool without any empty.
  const parsed = parseStrictJson(text.trim() === "" ? "{}" : text);
  if ("problem" in parsed) {
    return errorBody("invalid_arguments", `The arguments cannot be used: ${parsed.problem}.`);
  }
  const argumentsDigest = digestOf(parsed.value);
  if (request.argumentsDigest !== undefined && request.argumentsDigest !== argumentsDigest) {
    return errorBody(
      "arguments_mismatch",
      "The arguments are not the ones that were recorded, so the tool was not run.",
    );
  }
  const input = await verdictOf(tool.input, parsed.value);
  if (input.valid) return { arguments: parsed.value, input: input.value, argumentsDigest };
  return errorBody("invalid_arguments", `The arguments are wrong ${input.problem}`);
}

/** As loadCall, with the result of the effect that is to be undone. */
export async function loadApplied(
  place: CallPlace,
  request: CompensateRequest,
): Promise<LoadedCall | ToolError> {
  const loaded = await loadCall(place, request);
  if ("outcome" in loaded) return loaded;
  const text = await textOf(request.result, place.artifacts.ofTenant(request.tenant));
  if (request.mediaType !== "application/json") return { ...loaded, result: text };
  try {
    return { ...loaded, result: JSON.parse(text) as unknown };
  } catch {
    return errorBody("invalid_result", "The recorded result of the effect is not JSON.");
  }
}

async function textOf(stored: StoredText, artifacts: TenantArtifacts): Promise<string> {
  if ("text" in stored) return stored.text;
  return new TextDecoder().decode(await artifacts.get(stored.artifact));
}
