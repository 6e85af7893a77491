// Owns that a log is signed only where it goes on from what was signed of it: one that is shortened or
// written anew where it is kept gets no signature any more.
import { describe, expect, it } from "vitest";
import type { LogPlace } from "../../contract/signed-head.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { isCheckpoint } from "../../core/evidence/checkpoint.ts";
import {
  createHeadSigner,
  evidencePublicKeys,
  keyIdOf,
  signatureProblem,
} from "../../evidence/sign-head.ts";
import { createSignLog } from "../../services/evidence/sign-log.ts";
import { bodies, newKey, sealed, TASK } from "./support/sealed-task.ts";

const KEY = newKey("k-1");
const sign = createHeadSigner(KEY);
const LOG = sealed(bodies(), "a secret of the task");
const { agent, taskId, taskUid } = TASK;
const task = { agent, taskId };

function signing(log: readonly TaskEvent[] | undefined, { pageSize = 100, uid = taskUid } = {}) {
  return createSignLog({
    sign,
    readPage: async (_, after) => {
      if (log === undefined) return undefined;
      const events = log.slice(after + 1, after + 1 + pageSize);
      const cursor = events.at(-1)?.seq ?? after;
      return { taskUid: uid, events, cursor, more: cursor < log.length - 1 };
    },
  });
}

function placeAt(seq: number): LogPlace {
  return { taskUid, seq, hash: LOG[seq]?.hash ?? "" };
}

describe("R101 a log's end is signed", () => {
  it("by a signature that says whose log it is, up to where, and is the same each time", async () => {
    const signed = await signing(LOG)(task, undefined);
    const last = LOG.at(-1);
    expect(signed).toMatchObject({
      outcome: "signed",
      head: { ...TASK, seq: last?.seq, hash: last?.hash },
    });
    expect(await signing(LOG)(task, placeAt(3))).toEqual(signed);
    if (signed.outcome !== "signed") throw new Error(signed.outcome);
    const keys = await evidencePublicKeys([newKey("k-0"), KEY]);
    expect(await signatureProblem(signed.head, keys)).toBeUndefined();
    for (const change of [{ agent: "eve" }, { taskId: "t" }, { taskUid: "u" }, { seq: 1 }])
      expect(await signatureProblem({ ...signed.head, ...change }, keys)).toContain("does not fit");
  });

  it("a long log in several attempts, each from where the one before came to", async () => {
    const long = [...LOG, ...LOG, ...LOG].map(({ type, data, actor }) => ({ type, data, actor }));
    const log = sealed(long as never, "salt");
    const signLog = signing(log, { pageSize: 2 });
    let place: LogPlace | undefined;
    const outcomes: string[] = [];
    for (let round = 0; round < 10; round += 1) {
      const signed = await signLog(task, place);
      outcomes.push(signed.outcome);
      if (signed.outcome !== "more") break;
      place = signed.checked;
    }
    expect(outcomes).toEqual(["more", "signed"]);
  });

  it.each([
    ["was shortened", LOG.slice(0, 5), 6, "entry 6 was signed, and is not there any more"],
    ["lost what was signed last", LOG.slice(0, -1), LOG.length - 1, "not there any more"],
    [
      "was written anew",
      sealed(bodies(), "another"),
      4,
      "entry 4 was signed, and is another one now",
    ],
    ["lost an entry since", LOG.toSpliced(6, 1), 4, "expected entry 6, found 7"],
  ])("and not when it %s", async (_, log, seq, problem) => {
    const signed = await signing(log)(task, placeAt(seq));
    expect(signed).toMatchObject({ outcome: "broken" });
    expect(signed).toMatchObject({ problem: expect.stringContaining(problem) as string });
  });

  it("anew, when there is another task under the id, and not when there is none", async () => {
    const again = await signing(LOG, { uid: "uid-2" })(task, placeAt(6));
    expect(again).toMatchObject({
      outcome: "signed",
      head: { taskUid: "uid-2", seq: LOG.length - 1 },
    });
    expect(await signing(undefined)(task, placeAt(6))).toEqual({ outcome: "gone" });
  });

  it("with the key of the moment, and what an old one has signed stays signed", async () => {
    const kept = [newKey("k-1"), newKey("k-2")];
    let current = 0;
    const signNow = createHeadSigner(async () => kept[current] ?? KEY);
    const first = await signNow({ ...TASK, ...placeAt(3) });
    current = 1;
    const second = await signNow({ ...TASK, ...placeAt(4) });
    expect([first, second].map(({ jws }) => keyIdOf(jws))).toEqual(["k-1", "k-2"]);
    const keys = await evidencePublicKeys(kept);
    for (const head of [first, second]) expect(await signatureProblem(head, keys)).toBeUndefined();
  });

  it("at each end of a task, when it is erased, and every 1,024 entries", () => {
    const [first] = LOG;
    if (first === undefined) throw new Error("an empty log");
    const at = (seq: number, type: TaskEvent["type"]) =>
      isCheckpoint({ ...first, seq, type } as TaskEvent);
    for (const type of ["task.completed", "task.cancelled", "task.retired", "task.killed"] as const)
      expect(at(7, type), type).toBe(true);
    expect(at(7, "task.erased")).toBe(true);
    expect([1_022, 1_023, 1_024, 2_047].map((seq) => at(seq, "tool.returned"))).toEqual([
      false,
      true,
      false,
      true,
    ]);
  });

  it.each([
    ["is no PEM", { id: "k", privateKey: "secret-text" }],
    ["has a bad id", { ...newKey("k"), id: "a b" }],
  ])("by no key that %s, and says nothing of it", (_, key) => {
    expect(() => createHeadSigner(key)).toThrow(/evidence key/);
    expect(() => createHeadSigner(key)).not.toThrow(/secret-text/);
  });
});
