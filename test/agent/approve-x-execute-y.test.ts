// Owns the attempts to make one thing approved and another executed (R33, R37, R39, R96, F14, F15,
// F16), each with its exact answer. After each nothing was executed but what was approved, once.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { OperationView } from "../../contract/api.ts";
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
