// Owns the reading of an object's body, within a bound on bytes and time whatever a server sends.
import { addAbortSignal, Readable } from "node:stream";

/** Rejects above `maxBytes`, when the signal aborts, and when the body ends early. */
export async function readBody(
  body: unknown,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (!(body instanceof Readable)) throw bodyError("NoBody");
  addAbortSignal(signal, body);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      size += chunk.length;
      // Leaving the loop ends the request.
      if (size > maxBytes) throw bodyError("ObjectTooLarge");
      chunks.push(chunk);
    }
  } catch (error) {
    // The SDK's own error has neither a name nor a code.
    const isChecksum = error instanceof Error && error.message.startsWith("Checksum mismatch");
    throw isChecksum ? bodyError("ChecksumMismatch") : error;
  }
  return Buffer.concat(chunks, size);
}

function bodyError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
