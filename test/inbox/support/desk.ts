// Owns how these tests speak to `holdfast.events` and to what waits: plain HTTP to the ingress.
import { expect, vi } from "vitest";
import type { EventNotice, InboxView, PublishResult } from "../../../contract/inbox.ts";
import { PATIENCE } from "../../agent/support/task.ts";
import type { IngressAnswer } from "../../support/ingress.ts";
import type { TestEngine } from "../../support/restate.ts";
import { WATCHER, type Watch } from "./watcher.ts";

type Address = Pick<Watch, "topic" | "key" | "tenant">;

export function deskAt(engine: () => TestEngine) {
  const ok = async (path: string, body?: unknown): Promise<unknown> => {
    const answer = await engine().call(path, body);
    expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(200);
    return answer.body;
  };
  const show = ({ topic, key, tenant }: Address) =>
    ok("holdfast.events/show", { topic, key, tenant }) as Promise<InboxView>;
  const wakes = (name: string) => ok(`${WATCHER}/${name}/wakes`) as Promise<readonly EventNotice[]>;
  return {
    post: (body: unknown): Promise<IngressAnswer> => engine().call("holdfast.events/publish", body),
    publish: (at: Address, eventId: string, payload: unknown = { n: 1 }) =>
      ok("holdfast.events/publish", { ...at, eventId, payload }) as Promise<PublishResult>,
    show,
    wakes,
    /** Waits until the inbox knows of it. */
    async watch(name: string, watch: Watch): Promise<void> {
      await ok(`${WATCHER}/${name}/watch`, watch);
      await vi.waitFor(async () => {
        const { waits } = await show(watch);
        const open = waits.map(({ operationId }) => operationId);
        const woken = (await wakes(name)).map(({ operationId }) => operationId);
        expect([...open, ...woken]).toContain(watch.operationId);
      }, PATIENCE);
    },
    async leave(name: string, watch: Watch): Promise<void> {
      await ok(`${WATCHER}/${name}/leave`, watch);
      await vi.waitFor(async () => {
        const { waits } = await show(watch);
        expect(waits.map(({ operationId }) => operationId)).not.toContain(watch.operationId);
      }, PATIENCE);
    },
    /** Waits until it was woken so often. */
    woken: (name: string, count: number) =>
      vi.waitFor(async () => {
        const all = await wakes(name);
        expect(all).toHaveLength(count);
        return all;
      }, PATIENCE),
  };
}
