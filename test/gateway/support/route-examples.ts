// Owns one good request for each route of the gateway, of whatever ids it is given. A route that is new
// fails the tests until it has one here.
import type { ParamName } from "../../../gateway/route.ts";

/** What a tenant has, or what nobody has. */
export interface Ids extends Readonly<Record<ParamName, string>> {
  readonly operationId: string;
  readonly digest: string;
  readonly tenant: string;
}

export interface Example {
  /** After the `?`. */
  readonly query?: string;
  /** As JSON; a text is sent as it is. */
  readonly body?: unknown;
  /**
   * How the route keeps tenants apart: `ids`: another's id is as one that nobody has; `own`: whatever
   * the id, the caller's own is made or shown; `open`: no tenant has a part in it.
   */
  readonly wall: "ids" | "own" | "open";
}

type ExampleOf = (ids: Ids) => Example;

const read: ExampleOf = () => ({ wall: "ids" });
const own: ExampleOf = () => ({ wall: "own" });
const open: ExampleOf = () => ({ wall: "open" });
const because: ExampleOf = () => ({ wall: "ids", body: { reason: "a test" } });
const limit = { extend: { steps: 1 }, reason: "a test" };
const stop: ExampleOf = ({ tenant }) => ({
  wall: "ids",
  body: { kind: "tenant", name: tenant, reason: "a test" },
});
const decision: ExampleOf = ({ digest }) => ({ wall: "ids", body: { digest } });

/** By the routes' names. */
export const EXAMPLES: Readonly<Record<string, ExampleOf>> = {
  "task.start": () => ({ wall: "own", body: { message: "hello" } }),
  "task.ask": () => ({ wall: "own", body: { message: "hello", timeoutMs: 20_000 } }),
  "task.send": () => ({ wall: "ids", body: { message: "hello" } }),
  "task.answer": ({ operationId }) => ({ wall: "ids", body: { operationId, answer: "yes" } }),
  "task.status": read,
  "task.explain": read,
  "task.events": () => ({ wall: "ids", query: "after=-1&limit=500" }),
  "task.context": read,
  "task.invocations": read,
  "task.storage": read,
  "storage.show": own,
  "storage.largest": own,
  "task.removed": own,
  "task.count": own,
  "caller.show": own,
  "task.stream": read,
  "fleet.stream": own,
  "service.metrics": own,
  "live.tell": ({ tenant, taskId }) => ({
    wall: "ids",
    body: { news: [{ kind: "events", agent: "desk", taskId: `${tenant}/${taskId}`, nextSeq: 1 }] },
  }),
  "task.pause": because,
  "task.resume": because,
  "task.quarantine": because,
  "task.override": ({ operationId }) => ({
    wall: "ids",
    body: { operationId, result: 1, reason: "a test" },
  }),
  "task.transfer": () => ({ wall: "ids", body: { owner: "eve", reason: "a test" } }),
  "task.retry": because,
  "task.drop": () => ({ wall: "ids", body: { messageId: "m", reason: "a test" } }),
  "task.settle": ({ operationId }) => ({
    wall: "ids",
    body: { operationId, outcome: "applied", reason: "a test" },
  }),
  "task.withdraw": ({ operationId }) => ({
    wall: "ids",
    body: { operationId, reason: "a test" },
  }),
  "task.grant": () => ({ wall: "ids", body: { grants: [], reason: "a test" } }),
  "task.rollback": because,
  "task.cancel": because,
  "task.complete": because,
  "task.retire": because,
  "task.kill": because,
  "task.recover": because,
  "task.export": read,
  "task.erase": () => ({ wall: "ids", body: { reason: "a test", artifacts: "keep" } }),
  "task.preserve": () => ({ wall: "ids", body: { reason: "a test", preserved: true } }),
  "export.verify": () => ({ wall: "open", body: "no export" }),
  "task.list": own,
  "approval.list": own,
  "approval.show": read,
  "approval.compare": () => ({ wall: "ids", body: {} }),
  "approval.approve": decision,
  "approval.reject": decision,
  "approval.edit": ({ digest }) => ({
    wall: "ids",
    body: { digest, arguments: { order: "1", cents: 1 } },
  }),
  "approval.claim": () => ({ wall: "ids", body: {} }),
  "approval.release": () => ({ wall: "ids", body: {} }),
  "approvals.preview": ({ approvalId }) => ({
    wall: "own",
    body: { decision: "approve", approvalIds: [approvalId] },
  }),
  "approvals.decide": ({ approvalId, digest }) => ({
    wall: "own",
    body: { decision: "approve", items: [{ approvalId, digest }] },
  }),
  "approval.ask": ({ digest }) => ({ wall: "ids", body: { digest, question: "why?" } }),
  "event.publish": () => ({
    wall: "own",
    body: { topic: "paid", key: "1017", eventId: "of-another-tenant", payload: "foreign" },
  }),
  "event.show": () => ({ wall: "own", query: "topic=paid&key=1017" }),
  "webhook.receive": () => ({ wall: "open", body: "{}" }),
  "schedule.list": own,
  "schedule.show": read,
  "schedule.set": () => ({
    wall: "own",
    body: {
      times: { everyMs: 86_400_000 },
      target: { kind: "start", agent: "desk", message: "hello" },
      reason: "a test",
    },
  }),
  "schedule.pause": because,
  "schedule.resume": because,
  "schedule.runNow": because,
  "schedule.delete": because,
  "budget.tenant": own,
  "budget.day": own,
  "budget.owner": own,
  "budget.task": read,
  "budget.tenant.limit": () => ({ wall: "own", body: limit }),
  "budget.day.limit": () => ({ wall: "own", body: limit }),
  "budget.owner.limit": () => ({ wall: "own", body: limit }),
  "budget.task.limit": () => ({ wall: "ids", body: limit }),
  "effect.unknown": own,
  "budget.list": own,
  "rules.show": own,
  "audit.search": own,
  "stop.list": own,
  "stop.record": own,
  "stop.stop": stop,
  "stop.lift": stop,
  "artifact.put": () => ({ wall: "own", body: "the same bytes" }),
  "artifact.get": read,
  "service.health": open,
  "service.ready": open,
  "service.openapi": open,
};
