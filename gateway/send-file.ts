// Owns the answer that is a file, made while it is sent. What fails in the middle can only cut it: the
// gateway's log says why, and the reader sees that it has no end.

/** Reading ends when the caller goes away. */
export function sendFile(
  pieces: AsyncIterable<Uint8Array>,
  headers: Readonly<Record<string, string>>,
  failed: (error: unknown) => void,
): Response {
  return new Response(ReadableStream.from(watched(pieces, failed)), { headers });
}

async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  failed: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* pieces;
  } catch (error) {
    failed(error);
    throw error;
  }
}
