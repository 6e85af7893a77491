// Owns what becomes of decisions that are early, replayed, sent to another's address or out of order:
// by every way in, mixed, what was decided first on exactly this is what holds, and it is made once.
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { approvalId as idOf } from "../../core/approval/approval-id.ts";
import {
  type Answer,
  answerOf,
  type ApprovalDesk,
  approve,
  startRefund,
} from "../agent/support/approval-desk.ts";
import { openScene, type Scene } from "../agent/support/scene.ts";
import { dataOf, resolveAwakeable } from "../agent/support/task.ts";
import { SEED } from "../support/seed.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene.stop());

const open = (tenant: string) => startRefund(scene, { owner: `${tenant}-owner`, tenant });
const reject = (digest: string) => ({ decision: "reject", digest, by: "eve" });

it("R33 R41 F16 a decision on a request that is still to come is on nothing, also once it came", async () => {
  const desk = await open("acme");
  const first = await desk.proposal();
  const operationId = (await desk.task.status()).operations[0]?.operationId ?? "";
  // Whoever knows the operation can compute the ids of its next requests: of this attempt and of the next one.
  expect(idOf(operationId, 1)).toBe(first.approvalId);
  const next = idOf(operationId.replace(/1$/, "2"), 1);
  for (const id of [next, next, idOf(operationId, 2)])
    expect(answerOf(await desk.decide(id, approve(first.digest)))).toBe("404 approval_not_found");
  desk.world.order = "changed";
  // It counts; what it was about has changed when the effect would begin, and there is another request.
  await desk.decide(first.approvalId, approve(first.digest));
  await desk.task.until("stale");
  expect((await desk.proposal()).approvalId).toBe(next);
  expect(await desk.show(next)).toMatchObject({ state: "open", approvals: 0 });
  // The old decision, as it was sent, at the new address.
  expect(answerOf(await desk.decide(next, approve(first.digest)))).toBe("412 approval_mismatch");
  expect(desk.world.refunds).toEqual([]);
});

/** A decision as it was captured, and where it is sent. */
interface Shot {
  readonly body: object;
  readonly to: ApprovalDesk;
  readonly by: "decide" | "awakeable";
}

describe("R33 R41 F14 F16 two approvals of two tenants", () => {
  it(`and all decisions on either, at both addresses, twice, in any order: seed ${SEED}`, async () => {
    const rounds = fc.sample(fc.shuffledSubarray([...Array(16).keys()], { minLength: 16 }), {
      numRuns: 4,
      seed: Number(SEED),
    });
    await Promise.all(rounds.map(playRound));
  });
});

async function playRound(order: readonly number[]): Promise<void> {
  const desks = [await open("acme"), await open("globex")] as const;
  const shown = [await desks[0].proposal(), await desks[1].proposal()] as const;
  const once = shown.flatMap(({ digest }) =>
    [approve(digest), reject(digest)].flatMap((body) =>
      desks.flatMap((to): Shot[] => [
        { body, to, by: "decide" },
        { body, to, by: "awakeable" },
      ]),
    ),
  );
  const answers: (Answer | undefined)[] = [];
  for (const at of [...order, ...order]) {
    const shot = once[at];
    if (shot === undefined) throw new Error(`no shot ${at}`);
    const own = shown[desks.indexOf(shot.to)];
    const { approvalId = "", awakeableId = "" } = own ?? {};
    if (shot.by === "decide") answers.push(await shot.to.decide(approvalId, shot.body));
    else await resolveAwakeable(scene.engine, awakeableId, JSON.stringify(shot.body));
  }
  for (const [n, desk] of desks.entries()) {
    await desk.task.until("idle");
    const decided = dataOf(await desk.task.log(), "approval.decided");
    expect(decided).toHaveLength(1);
    const { approvalId = "", digest } = shown[n] ?? {};
    const view = await desk.show(approvalId);
    expect(view).toMatchObject({ digest });
    expect(desk.world.refunds).toHaveLength(view.state === "approved" ? 1 : 0);
    // Whatever was answered with a receipt, it is this one.
    const receipts = answers.flatMap((answer) =>
      answer?.status === 200 && JSON.stringify(answer.body).includes(approvalId)
        ? [answer.body["receipt"]]
        : [],
    );
    expect(new Set(receipts.map((each) => JSON.stringify(each))).size).toBeLessThanOrEqual(1);
  }
}
