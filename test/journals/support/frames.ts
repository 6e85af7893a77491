// Owns the frames of Restate's service protocol as far as these tests look into them: where one ends,
// and of what type it is. A frame is a header of 8 bytes (type, flags, length) and a body.
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { entryKind, HEADER_BYTES } from "../../../testing/crash/journal-entries.ts";

export interface Frame {
  readonly type: number;
  readonly body: Buffer;
}

/** Those that only steer the stream. */
const STEERING: Readonly<Record<number, string>> = {
  0x0000: "start",
  0x0001: "suspension",
  0x0002: "error",
  0x0003: "end",
  0x0400: "input",
};

export function nameOf({ type }: Frame): string {
  return STEERING[type] ?? entryKind(type) ?? `frame 0x${type.toString(16).padStart(4, "0")}`;
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
const CLOCKED: Readonly<Record<string, number>> = { send: 4, sleep: 1 };

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
