// Owns a finished task of the pure core whose log is salted, refers to artifacts, and can be made of
// any length; and its export by a key of the test's own.
import { generateKeyPairSync } from "node:crypto";
import type { EvidencePublicKeys } from "../../../contract/evidence-export.ts";
import type { EventBody, TaskEvent } from "../../../contract/event.ts";
import { digestOf, sha256 } from "../../../core/digest.ts";
import { GENESIS, sealEvent } from "../../../core/log.ts";
import { type ExportSource, exportTask } from "../../../evidence/export-task.ts";
import {
  createHeadSigner,
  type EvidenceKey,
  evidencePublicKeys,
} from "../../../evidence/sign-head.ts";
import { asksFor, call, operationAt, returnsOk, says, startedTask } from "../../core/core-task.ts";

const PICTURE = new TextEncoder().encode("a picture of the bowl");
const MANIFEST = new TextEncoder().encode('{"v":1,"instructions":"Do it."}');
/** Of three lines. */
export const LARGE = new Uint8Array(600 * 1024).fill(7);
const ARTIFACTS = new Map([PICTURE, LARGE, MANIFEST].map((bytes) => [sha256(bytes), bytes]));

export const TASK = { agent: "clerk", taskId: "task-1", taskUid: "uid-1" };

/** Seals bodies into a log, as an app with evidence does; without a salt as any other does. */
export function sealed(happened: readonly EventBody[], salt?: string): readonly TaskEvent[] {
  const log: TaskEvent[] = [];
  for (const [seq, body] of happened.entries()) {
    const last = log.at(-1);
    const end = { nextSeq: seq, hash: last?.hash ?? GENESIS, updatedAt: last?.at ?? 0 };
    log.push(sealEvent({ ...end, ...(salt === undefined ? {} : { salt }) }, body, 1_000 + seq));
  }
  return log;
}

/** What happened to it: a message with a picture, two reads, an answer. */
export function bodies(picture: Uint8Array = PICTURE): readonly EventBody[] {
  const task = startedTask();
  const artifact = { sha256: sha256(picture), size: picture.length, mediaType: "image/png" };
  task.record([
    {
      type: "segment.started",
      data: {
        segment: 1,
        invocationId: "inv_1",
        agentVersion: "1",
        manifest: sha256(MANIFEST),
        policyVersion: "a".repeat(64),
        release: "r-7",
      },
    },
    {
      type: "message.received",
      actor: { kind: "user", id: "ann" },
      data: {
        messageId: "m-1",
        turn: 1,
        parts: [{ type: "image", artifact }],
        digest: digestOf("m-1"),
      },
    },
  ]);
  task.hear(asksFor(call("a", "look", 1), call("b", "look", 2)));
  task.takeIn(operationAt(task, 1), returnsOk("two"));
  task.takeIn(operationAt(task, 0), returnsOk("one"));
  task.hear(says("Both are there."));
  return task.log.map(({ type, actor, reason, data }) => {
    const told = type === "model.answered" ? { ...data, manifest: sha256(MANIFEST) } : data;
    return { type, actor, ...(reason === undefined ? {} : { reason }), data: told } as EventBody;
  });
}

export function newKey(id: string): EvidenceKey {
  const { privateKey } = generateKeyPairSync("ed25519");
  return { id, privateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

const KEY = newKey("2026-11");
export const KEYS: EvidencePublicKeys = await evidencePublicKeys([KEY]);
const sign = createHeadSigner(KEY);

/** Pages of 3, so that the seams are there. */
export function sourceOf(
  log: readonly TaskEvent[],
  options: { readonly pageSize?: number; readonly unsigned?: true; readonly leftOut?: true } = {},
): ExportSource {
  const { pageSize = 3 } = options;
  const { agent, taskId, taskUid } = TASK;
  const last = log.at(-1);
  const head = { agent, taskId, taskUid, seq: last?.seq ?? -1, hash: last?.hash ?? GENESIS };
  return {
    agent,
    taskId,
    readPage: async (after) => {
      const events = log.slice(after + 1, after + 1 + pageSize);
      return { taskUid, events, more: after + 1 + pageSize < log.length };
    },
    readHead: async () => (options.unsigned === true ? head : sign(head)),
    artifacts:
      options.leftOut === true ? undefined : { find: async (digest) => ARTIFACTS.get(digest) },
  };
}

export async function exported(source: ExportSource): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of exportTask(source)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function* streamOf(bytes: Uint8Array, chunk = 997): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
}
