// Owns what the server sends when it had recorded all of an invocation but its end, and died: the whole
// journal once more, the answer in it.
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { HEADER_BYTES } from "../../../testing/crash/journal-entries.ts";
import { type Frame, framesOf, nameOf } from "./frames.ts";
import type { RecordedJournal } from "./recorded-journal.ts";

/** From here on frames are commands, and above notifications. */
const FIRST_COMMAND = 0x0400;
const FIRST_NOTIFICATION = 0x8000;
/** Field of the first frame: how many entries are replayed. */
const KNOWN_ENTRIES = 3;

export function withLostEnd(journal: RecordedJournal): Buffer {
  const request = framesOf(journal.request);
  const [start, ...sent] = request;
  if (start === undefined || nameOf(start) !== "start")
    throw new Error(`${journal.path}: no start`);
  const isCommand = ({ type }: Frame): boolean =>
    type >= FIRST_COMMAND && type < FIRST_NOTIFICATION;
  const commands = [...sent, ...framesOf(journal.response)].filter(isCommand);
  const [input, ...rest] = commands;
  if (input === undefined) throw new Error(`${journal.path}: no input`);
  // Whatever it was told is known before the first command asks for it.
  const told = sent.filter(({ type }) => type >= FIRST_NOTIFICATION);
  const entries = [input, ...told, ...rest];
  return Buffer.concat([startOf(start, entries.length), ...entries].map(bytesOf));
}

function startOf(frame: Frame, knownEntries: number): Frame {
  const reader = new BinaryReader(frame.body);
  const kept: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const from = reader.pos;
    const [field, wireType] = reader.tag();
    reader.skip(wireType, field);
    if (field !== KNOWN_ENTRIES) kept.push(frame.body.subarray(from, reader.pos));
  }
  const count = new BinaryWriter().tag(KNOWN_ENTRIES, WireType.Varint).uint32(knownEntries);
  return { type: frame.type, body: Buffer.concat([...kept, count.finish()]) };
}

function bytesOf({ type, body }: Frame): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt16BE(type, 0);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}
