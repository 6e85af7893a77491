// Owns cutting a stream of bytes into lines, with a bound: what is no export must not fill the memory.

/** Bytes of one line: an entry of a log is far below, and so is a part of an artifact. */
const MAX_LINE_BYTES = 32 * 1024 * 1024;

const NEWLINE = 0x0a;

export interface ReadLine {
  /** Without its end. */
  readonly bytes: Uint8Array;
  /** The file ends in the middle of it. */
  readonly isCut?: true;
  /** It goes on beyond the bound; nothing is read after it. */
  readonly isTooLong?: true;
}

export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  maxBytes = MAX_LINE_BYTES,
): AsyncGenerator<ReadLine> {
  let pieces: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      const piece = chunk.subarray(start, end === -1 ? chunk.length : end);
      pieces.push(piece);
      size += piece.length;
      if (size > maxBytes) {
        yield { bytes: new Uint8Array(), isTooLong: true };
        return;
      }
      if (end === -1) break;
      yield { bytes: Buffer.concat(pieces, size) };
      pieces = [];
      size = 0;
      start = end + 1;
    }
  }
  if (size > 0) yield { bytes: Buffer.concat(pieces, size), isCut: true };
}
