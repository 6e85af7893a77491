// Owns the check of evidence against a task's log and an artifact store (R34).
import { describe, expect, it } from "vitest";
import type { ApprovalEvidence } from "../../contract/approval.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { digestOf } from "../../core/digest.ts";
import { createEvidenceCheck } from "../../services/approval/check-evidence.ts";
import { createMemoryArtifactStore } from "../../services/artifacts/memory-artifact-store.ts";
import { packageOf } from "./support/approval-package.ts";

const hashOf = (seq: number) => digestOf(`event ${seq}`);
const store = createMemoryArtifactStore();
const PAGE = 4;
const LOG = Array.from({ length: 20 }, (_, seq) => ({ seq, hash: hashOf(seq) }) as TaskEvent);
let reads = 0;
const check = createEvidenceCheck({
  artifacts: store,
  readLog: async (task, after) => {
    reads += 1;
    if (task.agent !== "desk" || task.taskId !== "t") throw new Error("another task's log");
    return { events: LOG.slice(after + 1, after + 1 + PAGE), more: true };
  },
});
const keep = (text: string) =>
  store.ofTenant(undefined).put(new TextEncoder().encode(text), "application/json");
const problemOf = (evidence: Partial<ApprovalEvidence>) =>
  check({ ...packageOf(), evidence: { events: [], artifacts: [], ...evidence } });
const at = (...seqs: readonly number[]) => seqs.map((seq) => ({ seq, hash: hashOf(seq) }));

describe("R34 evidence", () => {
  it("that is there with its hashes is good, and what stands together is read together", async () => {
    const { sha256, size } = await keep("a picture");
    reads = 0;
    expect(
      await problemOf({ events: at(17, 3, 2, 0), artifacts: [{ sha256, size }] }),
    ).toBeUndefined();
    expect(reads).toBe(2);
  });

  it.each([
    ["beyond the end", { seq: 20, hash: hashOf(20) }, /event 20 .* not in/],
    ["with another hash", { seq: 3, hash: hashOf(4) }, /event 3 .* another hash/],
  ])("of an event %s is missing", async (what, event, problem) => {
    expect(await problemOf({ events: [...at(1), event] })).toMatch(problem);
  });

  it("of an artifact that the store does not give cannot be looked at", async () => {
    const { sha256, size } = await keep("a picture");
    const gone = { sha256: digestOf("gone"), size: 1 };
    const cut = { sha256, size: size - 1 };
    for (const artifacts of [[gone], [cut]]) {
      await expect(problemOf({ artifacts })).rejects.toThrow(/artifact/);
    }
  });

  it("R47 of another tenant is not there", async () => {
    const { sha256, size } = await keep("a picture");
    const evidence = { events: [], artifacts: [{ sha256, size }] };
    await expect(check({ ...packageOf({ tenant: "acme" }), evidence })).rejects.toThrow(
      `artifact ${sha256} is not in the store`,
    );
    await store.ofTenant("acme").put(new TextEncoder().encode("a picture"), "text/plain");
    expect(await check({ ...packageOf({ tenant: "acme" }), evidence })).toBeUndefined();
  });

  it("R33 covers arguments that are kept by reference", async () => {
    const given = { order: "1017", cents: 2500 };
    const kept = async (text: string) => {
      const call = { arguments: { artifact: await keep(text) }, argumentsDigest: digestOf(given) };
      return check({ ...packageOf({ call }), evidence: { events: [], artifacts: [] } });
    };
    expect(await kept('{"order":"1017","cents":2500}')).toBeUndefined();
    expect(await kept('{"order":"1017","cents":9999}')).toMatch(/digest/);
    expect(await kept('{"order":"1017","cents":1,"cents":2500}')).toMatch(/more than one way/);
  });
});
