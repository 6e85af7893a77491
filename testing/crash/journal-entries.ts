// Owns reading the journal entries out of what a worker sends to Restate: frames of its service
// protocol with a header of 8 bytes (type, flags, length), of which only the type is looked at.
// https://github.com/restatedev/service-protocol

export const HEADER_BYTES = 8;
/** Commands have types from here on; below are frames that only steer the stream. */
const FIRST_COMMAND = 0x0400;
/** What an action has returned, the one entry beside the commands that a worker writes. */
const ACTION_RESULT = 0x0005;

const KINDS: Readonly<Record<number, string>> = {
  [ACTION_RESULT]: "action result",
  0x0401: "output",
  0x0402: "get state",
  0x0403: "set state",
  0x040c: "sleep",
  0x040d: "call",
  0x040e: "send",
  0x0410: "signal",
  0x0411: "action",
  0x0412: "attach",
  0x0414: "resolve awakeable",
};

/** What an entry is, in words, or undefined for a frame that is none. */
export function entryKind(type: number): string | undefined {
  if (type < FIRST_COMMAND && type !== ACTION_RESULT) return undefined;
  return KINDS[type] ?? `entry 0x${type.toString(16).padStart(4, "0")}`;
}

/** An entry that begins in a chunk of bytes. */
export interface EntryStart {
  /** Where in the chunk; negative when its header began in the chunk before. */
  readonly offset: number;
  readonly kind: string;
}

/** Finds the entries in a stream of bytes, chunk by chunk. */
export function createEntryReader(): (chunk: Uint8Array) => readonly EntryStart[] {
  /** Bytes of the current frame's body that are still to come. */
  let body = 0;
  let header = Buffer.alloc(0);
  return (chunk) => {
    const found: EntryStart[] = [];
    let at = 0;
    while (at < chunk.length) {
      if (body > 0) {
        const skipped = Math.min(body, chunk.length - at);
        body -= skipped;
        at += skipped;
        continue;
      }
      const taken = chunk.subarray(at, at + HEADER_BYTES - header.length);
      const start = at - header.length;
      header = Buffer.concat([header, taken]);
      at += taken.length;
      if (header.length < HEADER_BYTES) break;
      const kind = entryKind(header.readUInt16BE(0));
      if (kind !== undefined) found.push({ offset: start, kind });
      body = header.readUInt32BE(4);
      header = Buffer.alloc(0);
    }
    return found;
  };
}
