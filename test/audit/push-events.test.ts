// Owns what of the audit sink is arithmetic and files: whatever fails in between, a sink is given all
// of a log in order and without gaps, and a file of it can be read again after a torn write (F40).
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventsPage } from "../../contract/api.ts";
import type { AuditRecord, AuditSink } from "../../contract/audit.ts";
import { auditedTask, auditKey } from "../../contract/audit.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { afterPush, auditPause, NOTHING_PUSHED } from "../../core/audit/audit-state.ts";
import { GENESIS, sealEvent } from "../../core/log.ts";
import { createApp, createFileAuditSink, createHttpAuditSink } from "../../index.ts";
import { createPushEvents } from "../../services/audit-sink/push-events.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";

const TASK = { agent: "desk", taskId: "t/1" };

function logOf(length: number): readonly TaskEvent[] {
  const log: TaskEvent[] = [];
  for (let seq = 0; seq < length; seq += 1) {
    const hash = log.at(-1)?.hash ?? GENESIS;
    const body = { type: "model.aborted", data: { step: seq } } as const;
    log.push(sealEvent({ nextSeq: seq, hash, updatedAt: 0 }, body, seq));
  }
  return log;
}

function pageOf(taskUid: string, log: readonly TaskEvent[], after: number, limit: number) {
  const events = log.slice(after + 1, after + 1 + limit);
  const cursor = events.at(-1)?.seq ?? after;
  return { taskUid, events, cursor, more: cursor < log.length - 1 } satisfies EventsPage;
}

const idsOf = (records: readonly AuditRecord[]) => [...new Set(records.map(({ id }) => id))];

describe("F40 pushing a log to an audit sink", () => {
  it("comes to its end in order and without gaps, whatever fails in between", async () => {
    // What the sink does with each batch, and whether the outcome is lost with its worker.
    const fate = fc.constantFrom("keeps", "refuses", "keeps and fails", "keeps and is forgotten");
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 40 }),
        fc.integer({ min: 1, max: 7 }),
        fc.array(fate, { maxLength: 30 }),
        async (length, limit, fates) => {
          const log = logOf(length);
          const kept: AuditRecord[] = [];
          const left = [...fates];
          let now = "keeps";
          const sink: AuditSink = {
            name: "a test",
            async write(records) {
              now = left.shift() ?? "keeps";
              if (now !== "refuses") kept.push(...records);
              if (now === "refuses" || now === "keeps and fails") throw new TypeError("secret");
            },
          };
          const push = createPushEvents(sink, async (_, after) => pageOf("u", log, after, limit));
          let state = NOTHING_PUSHED;
          for (let tries = 0; tries < 200; tries += 1) {
            const pushed = await push(TASK, state);
            if (now === "keeps and is forgotten") {
              now = "keeps";
              continue;
            }
            state = afterPush(state, pushed);
            expect(state.reason ?? "").not.toContain("secret");
            if (pushed.outcome === "kept" && !pushed.more) break;
          }
          expect(state.acknowledged).toBe(length - 1);
          expect(idsOf(kept)).toEqual(log.map(({ seq }) => `u#${seq}`));
        },
      ),
      { numRuns: 300 },
    );
  });

  it("begins anew with another task under the same ID", async () => {
    const kept: AuditRecord[] = [];
    const sink: AuditSink = {
      name: "a test",
      write: async (records) => void kept.push(...records),
    };
    let uid = "first";
    const push = createPushEvents(sink, async (_, after) => pageOf(uid, logOf(3), after, 10));
    const state = afterPush(NOTHING_PUSHED, await push(TASK, NOTHING_PUSHED));
    uid = "second";
    expect(await push(TASK, state)).toMatchObject({ taskUid: "second", acknowledged: 2 });
    expect(idsOf(kept)).toEqual(
      ["first", "second"].flatMap((u) => [0, 1, 2].map((n) => `${u}#${n}`)),
    );
  });

  it("keeps what it has of a task that is gone, and does not say that it has all", async () => {
    const sink: AuditSink = { name: "a test", write: async () => undefined };
    const push = createPushEvents(sink, async () => undefined);
    const before = { ...NOTHING_PUSHED, taskUid: "u", acknowledged: 7 };
    const after = afterPush(before, await push(TASK, before));
    expect(after).toMatchObject({ taskUid: "u", acknowledged: 7 });
    expect(after.reason).toBeDefined();
  });

  it("pauses longer and longer, and at most 30 s", () => {
    const pauses = Array.from({ length: 100 }, (_, n) => auditPause(n + 1));
    expect(pauses.slice(0, 6)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000]);
    expect(Math.max(...pauses)).toBe(30_000);
  });

  it("has a key for every task", () => {
    expect(auditedTask(auditKey(TASK))).toEqual(TASK);
  });
});

describe("F40 the file of an audit sink", () => {
  it("is whole again after a write that a crash has cut short", async () => {
    const folder = await mkdtemp(join(tmpdir(), "holdfast-sink-"));
    const path = join(folder, "audit.jsonl");
    const { write } = createFileAuditSink({ path });
    const record = (seq: number): AuditRecord => ({
      ...TASK,
      id: `u#${seq}`,
      taskUid: "u",
      event: logOf(seq + 1).at(-1) as TaskEvent,
    });
    const { signal } = new AbortController();
    await write([record(0), record(1)], signal);
    await appendFile(path, JSON.stringify(record(2)).slice(0, 40));
    await write([record(2)], signal);
    await write([record(3)], signal);
    const lines = (await readFile(path, "utf8")).split("\n");
    const read = lines.flatMap((line) => {
      try {
        return [(JSON.parse(line) as AuditRecord).id];
      } catch {
        return [];
      }
    });
    expect(read).toEqual(["u#0", "u#1", "u#2", "u#3"]);
    expect(lines).toHaveLength(6);
    await rm(folder, { recursive: true });
  });
});

describe("F40 an app that lets effects wait for a sink", () => {
  const app = {
    artifacts: createMemoryArtifactStore(),
    ingressUrl: "http://127.0.0.1:1",
    adminUrl: "http://127.0.0.1:1",
  };

  it("does not start without the sink, or for a class that never waits", () => {
    expect(() => createApp({ ...app, requireSinkFor: ["financial"] })).toThrow(/auditSink/);
    const requireSinkFor = ["read"] as unknown as readonly ["financial"];
    const auditSink = createHttpAuditSink({ url: "http://127.0.0.1:1/a?key=b" });
    expect(() => createApp({ ...app, auditSink, requireSinkFor })).toThrow(/"read"/);
    expect(auditSink.name).toBe("http://127.0.0.1:1/a");
    const url = "http://user:word@127.0.0.1:1/a";
    expect(() => createHttpAuditSink({ url })).toThrow(/headers/);
  });
});
