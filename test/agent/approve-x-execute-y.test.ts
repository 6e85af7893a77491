// Owns the attempts to make one thing approved and another executed (R33, R37, R39, R96, F14, F15,
// F16), each with its exact answer. After each nothing was executed but what was approved, once.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationView } from "../../contract/api.ts";
import { operationId as idOf } from "../../contract/ids.ts";
import { digestOf } from "../../core/digest.ts";
import { proposalDigest, type Proposal } from "../../core/proposal.ts";
import type { ApprovalDesk } from "./support/approval-desk.ts";
import { answerOf, approve, REFUND, startRefund } from "./support/approval-desk.ts";
import { openScene, type Scene } from "./support/scene.ts";
import { dataOf, resolveAwakeable } from "./support/task.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

type Shown = NonNullable<OperationView["proposal"]>;

interface Named {
  readonly approvalId: string;
  readonly digest: string;
}

/** What a case knows: the open proposal, and all that its digest was made of. */
interface Case {
  readonly shown: Shown;
  readonly proposal: Proposal;
}

async function caseOf(desk: ApprovalDesk): Promise<Case> {
  const shown = await desk.proposal();
  const [requested] = dataOf(await desk.task.log(), "approval.requested");
  if (requested === undefined) throw new Error("nothing was requested");
  const { taskUid } = await desk.task.status();
  const { resource = "", precondition = "" } = requested;
  return { shown, proposal: { ...requested, taskUid, resource, precondition } };
}

/** The digest of this call, were it another in one part. */
function otherwise(part: Partial<Proposal>) {
  return ({ proposal }: Case) => approve(proposalDigest({ ...proposal, ...part }));
}

/** The digest of this very call, had the model asked for it at another place. */
function elsewhere(place: { readonly step?: number; readonly ordinal?: number }) {
  return ({ proposal }: Case) => {
    const [taskUid = "", step, ordinal, attempt] = proposal.operationId.split("/");
    const at = { step: Number(step), ordinal: Number(ordinal), attempt: Number(attempt), ...place };
    return approve(proposalDigest({ ...proposal, operationId: idOf({ taskUid, ...at }) }));
  };
}

describe("R33 F16 a decision on something else", () => {
  let desk: ApprovalDesk;
  let open: Case;
  beforeAll(async () => {
    desk = await startRefund(scene, { owner: "owen" });
    open = await caseOf(desk);
  });

  const firstForm = ({ proposal }: Case) => {
    const { taskUid, operationId, tool, toolVersion, effect, argumentsDigest } = proposal;
    const parts = { taskUid, operationId, tool, toolVersion, effect, argumentsDigest };
    return approve(proposalDigest(parts));
  };
  const edit = (text: string) => (each: Case) =>
    `{"decision":"edit","by":"ada","digest":"${each.shown.digest}","arguments":${text}}`;
  const MISMATCH = "412 approval_mismatch";
  const BAD = "400 invalid_input";
  const INVALID = "400 invalid_edit";

  it.each<readonly [string, (each: Case) => object | string, string]>([
    [
      "other arguments",
      otherwise({ argumentsDigest: digestOf({ ...REFUND, cents: 1 }) }),
      MISMATCH,
    ],
    ["the arguments alone", ({ shown }) => approve(shown.argumentsDigest), MISMATCH],
    ["another tool", otherwise({ tool: "refund" }), MISMATCH],
    ["another version of the tool", otherwise({ toolVersion: "2" }), MISMATCH],
    ["another effect class", otherwise({ effect: "reversible" }), MISMATCH],
    ["another target", otherwise({ resource: "order/1018" }), MISMATCH],
    [
      "the same refund of another order, in every part of the digest",
      otherwise({
        argumentsDigest: digestOf({ ...REFUND, order: "1018" }),
        resource: "order/1018",
      }),
      MISMATCH,
    ],
    ["the same call at another place of its step", elsewhere({ ordinal: 1 }), MISMATCH],
    ["the same call of another step", elsewhere({ step: 2 }), MISMATCH],
    ["another outside state", otherwise({ precondition: digestOf("shipped") }), MISMATCH],
    ["another policy", otherwise({ policyVersion: "0".repeat(64) }), MISMATCH],
    ["another version of the agent", otherwise({ agentVersion: "2" }), MISMATCH],
    ["the same call of another task", otherwise({ taskUid: "another" }), MISMATCH],
    ["another attempt", otherwise({ operationId: "another/1/0/2" }), MISMATCH],
    ["the call without its target and policy", firstForm, MISMATCH],
    ["a digest in capitals", ({ shown }) => approve(shown.digest.toUpperCase()), BAD],
    ["half a digest", ({ shown }) => approve(shown.digest.slice(0, 32)), BAD],
    ["no digest", () => approve(undefined), BAD],
    ["a digest in a list", ({ shown }) => approve([shown.digest]), BAD],
    [
      "two digests",
      ({ shown }) =>
        `{"decision":"approve","by":"ada","digest":"${"0".repeat(64)}","digest":"${shown.digest}"}`,
      BAD,
    ],
    [
      "two decisions",
      ({ shown }) =>
        `{"decision":"reject","by":"ada","digest":"${shown.digest}","decision":"approve"}`,
      BAD,
    ],
    [
      "a decision behind __proto__",
      ({ shown }) => `{"__proto__":{"decision":"approve","by":"ada","digest":"${shown.digest}"}}`,
      BAD,
    ],
    [
      "more than a decision",
      ({ shown }) => ({ ...approve(shown.digest), arguments: { ...REFUND, cents: 1 } }),
      BAD,
    ],
    ["half a character in the name", ({ shown }) => approve(shown.digest, "ada\ud83e"), BAD],
    ["an invisible character in the name", ({ shown }) => approve(shown.digest, "o\u200bwen"), BAD],
    ["the owner", ({ shown }) => approve(shown.digest, "owen"), "403 approval_forbidden"],
    [
      "the owner in capitals",
      ({ shown }) => approve(shown.digest, "OWEN"),
      "403 approval_forbidden",
    ],
    [
      "the owner in wide letters",
      ({ shown }) => approve(shown.digest, "ｏｗｅｎ"),
      "403 approval_forbidden",
    ],
    ["the agent", ({ shown }) => approve(shown.digest, desk.task.agent), "403 approval_forbidden"],
    ["an edit to -0", edit('{"order":"1017","cents":-0}'), BAD],
    ["an edit to an unsafe integer", edit('{"order":"1017","cents":9007199254740993}'), BAD],
    ["an edit to a number beyond all", edit('{"order":"1017","cents":1e400}'), BAD],
    ["an edit with a key twice", edit('{"order":"1017","cents":1,"cents":9000}'), BAD],
    ["an edit with __proto__", edit('{"order":"1017","cents":1,"__proto__":{"cents":9000}}'), BAD],
    ["an edit with half a character", edit('{"order":"10\\ud83e","cents":1}'), BAD],
    ["an edit to a list", edit('[{"order":"1017","cents":1}]'), BAD],
    ["an edit that the tool's schema refuses", edit('{"order":"1017","cents":99999}'), INVALID],
    ["an edit with a key more", edit('{"order":"1017","cents":1,"to":"me"}'), INVALID],
    ["an edit with a key that looks alike", edit('{"оrder":"1017","cents":1}'), INVALID],
    [
      "an edit of another digest",
      () => ({ decision: "edit", by: "ada", digest: "0".repeat(64), arguments: REFUND }),
      MISMATCH,
    ],
  ])("%s: nothing is executed, and the answer says so", async (_, body, answer) => {
    expect(answerOf(await desk.decide(open.shown.approvalId, body(open)))).toBe(answer);
    expect(desk.world.refunds).toEqual([]);
    expect(await desk.show(open.shown.approvalId)).toMatchObject({
      state: "open",
      digest: open.shown.digest,
      approvals: 0,
    });
  });

  it("then the right one, made as all of these were, executes exactly what was shown, once", async () => {
    const { approvalId, digest } = open.shown;
    expect(proposalDigest(open.proposal)).toBe(digest);
    expect(await desk.decide(approvalId, approve(digest))).toMatchObject({ status: 200 });
    await desk.task.until("idle");
    expect(desk.world.refunds).toEqual([JSON.stringify(REFUND)]);
  });
});

describe("R33 two requests that differ in one thing alone", () => {
  /** Decides each with the digest of the other, which changes nothing, and then each with its own. */
  const cross = async (desk: Pick<ApprovalDesk, "decide" | "show">, both: readonly Named[]) => {
    const [one, other] = both;
    if (one === undefined || other === undefined) throw new Error("there are not two requests");
    expect(one.digest).not.toBe(other.digest);
    for (const [id, { digest }] of [
      [one.approvalId, other],
      [other.approvalId, one],
    ] as const) {
      expect(answerOf(await desk.decide(id, approve(digest)))).toBe("412 approval_mismatch");
      expect(await desk.show(id)).toMatchObject({ state: "open", approvals: 0 });
    }
  };

  it("the same refund for another tenant: neither digest opens the other", async () => {
    const desks = [];
    for (const tenant of ["acme", "umbrella"]) desks.push(await startRefund(scene, { tenant }));
    const both = await Promise.all(desks.map((desk) => desk.proposal()));
    const [acme, umbrella] = desks;
    if (acme === undefined || umbrella === undefined) throw new Error("there are two");
    await cross(acme, both);
    expect([acme.world.refunds, umbrella.world.refunds]).toEqual([[], []]);
    for (const [desk, tenant] of [[acme, "acme"] as const, [umbrella, "umbrella"] as const]) {
      const { approvalId, digest } = await desk.proposal();
      expect(await desk.show(approvalId)).toMatchObject({ tenant });
      expect(await desk.decide(approvalId, approve(digest))).toMatchObject({ status: 200 });
      await desk.task.until("idle");
      expect(desk.world.refunds).toEqual([JSON.stringify(REFUND)]);
    }
  });

  it.each([
    ["another order", { ...REFUND, order: "1018" }],
    ["the same order again, for another amount", { ...REFUND, cents: 1 }],
  ])("two calls of one step, of %s, decided in another order than asked", async (_, second) => {
    const wants = [REFUND, second];
    const desk = await startRefund(scene, { wants });
    await desk.task.logged("approval.opened", 2);
    const asked = dataOf(await desk.task.log(), "approval.requested");
    const both = asked.toSorted((a, b) => a.ordinal - b.ordinal);
    expect(both.map(({ argumentsDigest }) => argumentsDigest)).toEqual(wants.map(digestOf));
    await cross(desk, both);
    expect(desk.world.refunds).toEqual([]);
    // The later one first: it alone is executed.
    for (const [count, { approvalId, digest }] of both.toReversed().entries()) {
      expect(await desk.decide(approvalId, approve(digest))).toMatchObject({ status: 200 });
      await desk.task.logged("tool.returned", count + 1);
      expect(desk.world.refunds).toEqual(
        wants
          .toReversed()
          .slice(0, count + 1)
          .map((each) => JSON.stringify(each)),
      );
    }
    await desk.task.until("idle");
    expect(desk.world.refunds).toHaveLength(2);
  });
});

describe("R33 F16 by an awakeable's id", () => {
  it.each<readonly [string, (each: Case) => string, RegExp]>([
    ["another digest", () => JSON.stringify(approve("0".repeat(64))), /another digest/],
    [
      "a digest twice",
      ({ shown }) =>
        `{"decision":"approve","digest":"${"0".repeat(64)}","digest":"${shown.digest}"}`,
      /twice/,
    ],
    [
      "an edit",
      ({ shown }) =>
        JSON.stringify({ decision: "edit", digest: shown.digest, arguments: { cents: 1 } }),
      /takes the handler/,
    ],
    ["the owner's name", ({ shown }) => JSON.stringify(approve(shown.digest, "Owen")), /owner/],
    ["the approval's own id", ({ shown }) => JSON.stringify(approve(shown.approvalId)), /digest/],
  ])("%s is a mismatch: a new awakeable opens, and nothing is executed", async (_, body, why) => {
    const desk = await startRefund(scene, { owner: "owen" });
    const open = await caseOf(desk);
    await resolveAwakeable(scene.engine, open.shown.awakeableId, body(open));
    const [mismatch] = await desk.task.logged("approval.mismatch");
    expect(mismatch).toMatchObject({ awakeableId: open.shown.awakeableId });
    expect(mismatch?.reason).toMatch(why);
    expect(desk.world.refunds).toEqual([]);
    await desk.task.logged("approval.opened", 2);
    expect(await desk.proposal()).toMatchObject({ digest: open.shown.digest });
  });
});
