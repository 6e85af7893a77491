// Owns the frames of Restate's service protocol as far as these tests look into them: where one ends,
// and of what type it is. A frame is a header of 8 bytes (type, flags, length) and a body.
import { BinaryReader } from "@bufbuild/protobuf/wire";

export interface Frame {
  readonly type: number;
  readonly body: Buffer;
}

const HEADER_BYTES = 8;

/** By the protocol's own names; of commands and notifications the type alone is enough. */
const NAMES: Readonly<Record<number, string>> = {
  0x0000: "start",
  0x0001: "suspension",
  0x0002: "error",
  0x0003: "end",
  0x0005: "propose-run-completion",
  0x0400: "input",
  0x0401: "output",
  0x0402: "get-lazy-state",
  0x0403: "set-state",
  0x0404: "clear-state",
  0x0405: "clear-all-state",
  0x0406: "get-lazy-state-keys",
  0x0407: "get-eager-state",
  0x040c: "sleep",
  0x040d: "call",
  0x040e: "one-way-call",
  0x0410: "send-signal",
  0x0411: "run",
  0x0412: "attach",
  0x0414: "complete-awakeable",
};

export function nameOf({ type }: Frame): string {
  return NAMES[type] ?? `0x${type.toString(16).padStart(4, "0")}`;
}

/** Throws on bytes that are no whole frames. */
export function framesOf(bytes: Buffer): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at + 4);
    const end = at + HEADER_BYTES + length;
    if (end > bytes.length) throw new Error(`a frame at byte ${at} is cut off`);
    frames.push({ type: bytes.readUInt16BE(at), body: bytes.subarray(at + HEADER_BYTES, end) });
    at = end;
  }
  return frames;
}

/** Whether an attempt ended its invocation, and was not suspended or lost. */
export function hasEnded(response: readonly Frame[]): boolean {
  return response.some((frame) => nameOf(frame) === "end");
}

/** Fields that the SDK makes of its clock: when a delayed call is made, and when a sleep ends. */
const CLOCKED: Readonly<Record<string, number>> = { "one-way-call": 4, sleep: 1 };

/** The frame's body without the time at which it was made. */
export function timeless(frame: Frame): Buffer {
  const clocked = CLOCKED[nameOf(frame)];
  if (clocked === undefined) return frame.body;
  const reader = new BinaryReader(frame.body);
  const kept: Buffer[] = [];
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const [field, wireType] = reader.tag();
    reader.skip(wireType, field);
    if (field !== clocked) kept.push(frame.body.subarray(from, reader.pos));
  }
  return Buffer.concat(kept);
}
