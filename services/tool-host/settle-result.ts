// Owns the form in which a valid result travels: text or JSON, in place or by reference, with
// an excerpt for the model when it is long, or refused when it is longer than any result may be.
import type { ArtifactStore } from "../../contract/artifact.ts";
import { MAX_RESULT_BYTES, RESULT_EXCERPT_BYTES, type ToolResponse } from "../../contract/tool.ts";
import { sha256 } from "../../core/digest.ts";
import { errorBody, type ErrorBody } from "./error-body.ts";

type OkBody = Pick<
  Extract<ToolResponse, { outcome: "ok" }>,
  "outcome" | "result" | "mediaType" | "excerpt"
>;

export interface ResultPlace {
  readonly artifacts: ArtifactStore;
  readonly inlineLimitBytes: number;
}

/** Rejects when the store does. */
export async function settleResult(
  value: unknown,
  place: ResultPlace,
): Promise<OkBody | ErrorBody> {
  const text = textOf(value);
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
  const mediaType = typeof value === "string" ? "text/plain" : "application/json";
  return {
    outcome: "ok",
    result:
      bytes.length > place.inlineLimitBytes
        ? { artifact: await place.artifacts.put(bytes, mediaType) }
        : { text },
    mediaType,
    ...(bytes.length > RESULT_EXCERPT_BYTES ? { excerpt: excerptOf(bytes) } : {}),
  };
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
