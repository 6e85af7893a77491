// Owns how these tests speak to an approval: plain HTTP to the ingress, as a person with curl.
import { expect, vi } from "vitest";
import type { ApprovalView } from "../../../contract/approval-api.ts";
import type { ApprovalNotice, ApprovalPackage, ApprovalWake } from "../../../contract/approval.ts";
import { APPROVAL_SERVICE } from "../../../contract/approval.ts";
import { PATIENCE, resolveAwakeable } from "../../agent/support/task.ts";
import type { TestEngine } from "../../support/restate.ts";
import type { PackageOf } from "./approval-package.ts";
import { keyOf, packageOf } from "./approval-package.ts";

export interface Reply {
  readonly status: number;
  readonly body: Record<string, unknown> & { readonly metadata?: Record<string, string> };
}

export interface Asked {
  readonly id: string;
  readonly approval: ApprovalPackage;
  decide(body: object): Promise<Reply>;
  show(body?: object): Promise<ApprovalView>;
  /** What the task was told, in order. */
  told(): Promise<readonly ApprovalNotice[]>;
  /** Waits until the task was told so many things of this type; the last one. */
  toldOf<T extends ApprovalNotice["type"]>(
    type: T,
    count?: number,
  ): Promise<Extract<ApprovalNotice, { type: T }>>;
  resolve(awakeableId: string, body: object | string, verb?: "resolve" | "reject"): Promise<number>;
  /** A private handler, as the task calls it. */
  tell(method: string, body: object): Promise<void>;
}

let last = 0;

/** A request that is open, by default, and the task that asked. */
export async function ask(
  engine: TestEngine,
  over: PackageOf & { readonly until?: ApprovalNotice["type"] } = {},
): Promise<Asked> {
  last += 1;
  const taskId = `task-${last}`;
  const approval = packageOf({
    owner: "owen",
    operationId: `${taskId}/1/0/1`,
    requestedAt: Date.now(),
    ...over,
    requester: { taskId, taskUid: taskId, ...over.requester },
  });
  await engine.call(`desk/${taskId}/ask`, approval);
  const asked = askedAs(engine, approval);
  await asked.toldOf(over.until ?? "opened");
  return asked;
}

export function askedAs(engine: TestEngine, approval: ApprovalPackage): Asked {
  const { taskId } = approval.requester;
  const id = keyOf(approval);
  const path = (handler: string) => `${APPROVAL_SERVICE}/${id}/${handler}`;
  const told = async () => {
    const wakes = (await engine.call(`desk/${taskId}/notices`)).body as ApprovalWake[];
    return wakes.toSorted((a, b) => a.number - b.number).map(({ notice }) => notice);
  };
  return {
    id,
    approval,
    decide: async (body) => (await engine.call(path("decide"), body)) as Reply,
    async show(body) {
      const answer = await engine.call(path("show"), body);
      expect(answer.status, JSON.stringify(answer.body)).toBe(200);
      return answer.body as ApprovalView;
    },
    told,
    toldOf: (type, count = 1) =>
      vi.waitFor(async () => {
        const all = await told();
        const found = all.filter((notice) => notice.type === type);
        expect(found.length, JSON.stringify(all)).toBeGreaterThanOrEqual(count);
        return found.at(-1) as Extract<ApprovalNotice, { type: typeof type }>;
      }, PATIENCE),
    resolve: (awakeableId, body, verb) =>
      resolveAwakeable(
        engine,
        awakeableId,
        typeof body === "string" ? body : JSON.stringify(body),
        verb,
      ),
    async tell(method, body) {
      await engine.call(`desk/${taskId}/tell`, { to: id, method, body: { v: 1, ...body } });
    },
  };
}
