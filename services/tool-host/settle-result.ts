// Owns the form in which a result travels: valid, text or JSON, in place or by reference, with an
// excerpt for the model when it is long, or refused when it is longer than any result may be.
import type { TenantArtifacts } from "../../contract/artifact.ts";
import {
  type AnySchema,
  MAX_RESULT_BYTES,
  RESULT_EXCERPT_BYTES,
  type ToolError,
  type ToolRequest,
  type ToolResult,
} from "../../contract/tool.ts";
import { sha256 } from "../../core/digest.ts";
import { errorBody } from "./error-body.ts";
import type { ToolHost } from "./tool-host.ts";
import { verdictOf } from "./verdict.ts";

export interface ResultPlace {
  readonly artifacts: TenantArtifacts;
  readonly inlineLimitBytes: number;
}

/** Where the results of a tenant's calls go. */
export function placeOf(
  { artifacts, inlineLimitBytes }: Pick<ToolHost, "artifacts" | "inlineLimitBytes">,
  { tenant }: Pick<ToolRequest, "tenant">,
): ResultPlace {
  return { artifacts: artifacts.ofTenant(tenant), inlineLimitBytes };
}

/** A good result whose place is still to be found. */
export interface Sized extends Omit<ToolResult, "outcome" | "result"> {
  readonly text: string;
  /** Bytes of UTF-8. */
  readonly size: number;
}

/** What a tool returned, checked and settled. Rejects when the artifact store does. */
export async function settleResult(
  output: AnySchema,
  value: unknown,
  place: ResultPlace,
): Promise<ToolResult | ToolError> {
  const sized = await sizeResult(output, value);
  return "outcome" in sized ? sized : placeResult(sized, place);
}

/** Checks and measures, and never rejects: the effect has happened. */
export async function sizeResult(output: AnySchema, value: unknown): Promise<Sized | ToolError> {
  const verdict = await verdictOf(output, value);
  if (!verdict.valid) {
    return errorBody("invalid_output", `The tool ran, but its result is wrong ${verdict.problem}`);
  }
  const text = textOf(verdict.value);
  if (text === undefined) {
    return errorBody("invalid_output", "The tool ran, but its result has no JSON form.");
  }
  const bytes = Buffer.from(text);
  if (bytes.length > MAX_RESULT_BYTES) {
    return errorBody(
      "result_too_large",
      `The tool ran, but its result has ${bytes.length} bytes and at most ${MAX_RESULT_BYTES} ` +
        "are taken. Ask for less.",
    );
  }
  return {
    text,
    size: bytes.length,
    mediaType: typeof verdict.value === "string" ? "text/plain" : "application/json",
    ...(bytes.length > RESULT_EXCERPT_BYTES ? { excerpt: excerptOf(bytes) } : {}),
  };
}

/** Rejects when the artifact store does. */
export async function placeResult(
  { text, size, ...rest }: Sized,
  { artifacts, inlineLimitBytes }: ResultPlace,
): Promise<ToolResult> {
  const result =
    size > inlineLimitBytes
      ? { artifact: await artifacts.put(Buffer.from(text), rest.mediaType) }
      : { text };
  return { outcome: "ok", result, ...rest };
}

function textOf(value: unknown): string | undefined {
  // Half a character has no UTF-8, and the digest is one of bytes.
  if (typeof value === "string") return value.toWellFormed();
  try {
    // A tool that returns nothing answers `null`.
    return JSON.stringify(value === undefined ? null : value);
  } catch {
    return undefined;
  }
}

// What the note below takes at most.
const NOTE_BYTES = 256;

/** The beginning, cut between two characters, and a note that says what is missing. */
function excerptOf(bytes: Uint8Array): string {
  const room = bytes.subarray(0, RESULT_EXCERPT_BYTES - NOTE_BYTES);
  // In stream mode the decoder holds an incomplete last character back.
  const beginning = new TextDecoder().decode(room, { stream: true });
  return (
    `${beginning}\n[This is an excerpt: the first ${Buffer.byteLength(beginning)} of ` +
    `${bytes.length} bytes. SHA-256 of the whole result: ${sha256(bytes)}]`
  );
}
