// Owns the list of what Restate's ingress lets anybody call, each with a body that the handler takes, of
// ids that nobody has. A handler that is new fails the tests until it stands here or is private.
import { APPROVAL_SERVICE } from "../../../contract/approval.ts";

const DIGEST = "0".repeat(64);
const because = { reason: "a test", by: "eve" };
const operation = { operationId: "u/0/0/0" };

/** Of every agent: `service` is the agent's name and the key is the task's. */
const AGENT: Readonly<Record<string, unknown>> = {
  start: { message: "hello" },
  send: { message: "hello" },
  ask: { message: "hello", timeoutMs: 1_000 },
  answer: { ...operation, answer: "yes", by: "eve" },
  status: {},
  events: {},
  context: {},
  explain: {},
  authority: operation,
  cancel: because,
  complete: because,
  retire: because,
  pause: because,
  resume: because,
  quarantine: because,
  rollback: because,
  retry: because,
  withdraw: { ...operation, ...because },
  settle: { ...operation, outcome: "applied", ...because },
  override: { ...operation, result: "ok", ...because },
  drop: { messageId: "m", ...because },
  grant: { grants: [], ...because },
  transfer: { owner: "eve", ...because },
  recover: because,
  flag: {},
  archive: {},
  succeed: {},
};

/** By `service/handler`; the keyless ones are services. */
const OTHERS: Readonly<Record<string, unknown>> = {
  [`${APPROVAL_SERVICE}/decide`]: { decision: "approve", digest: DIGEST, by: "eve" },
  [`${APPROVAL_SERVICE}/show`]: {},
  [`${APPROVAL_SERVICE}/claim`]: { by: "eve" },
  [`${APPROVAL_SERVICE}/release`]: { by: "eve" },
  [`${APPROVAL_SERVICE}/preview`]: { decision: "approve", by: "eve" },
  "holdfast.audit/flush": { upTo: 0 },
  "holdfast.audit/show": undefined,
  "holdfast.budget/limit": { extend: { steps: 1 }, ...because },
  "holdfast.budget/show": undefined,
  "holdfast.control/erase": {
    agent: "desk",
    taskId: "nobody",
    artifacts: "keep",
    ...because,
  },
  "holdfast.control/expire": { agent: "desk", taskId: "nobody" },
  "holdfast.control/rules": undefined,
  "holdfast.control/explain": { agent: "desk", taskId: "nobody" },
  "holdfast.control/kill": { agent: "desk", taskId: "nobody", ...because },
  "holdfast.control/preserve": { agent: "desk", taskId: "nobody", preserved: true, ...because },
  "holdfast.dead-letter/discard": because,
  "holdfast.dead-letter/list": {},
  "holdfast.dead-letter/record": {},
  "holdfast.dead-letter/redeliver": because,
  "holdfast.events/publish": { topic: "t", key: "k", eventId: "e-1" },
  "holdfast.events/show": { topic: "t", key: "k" },
  "holdfast.evidence/show": undefined,
  "holdfast.evidence/sign": undefined,
  "holdfast.schedule/delete": because,
  "holdfast.schedule/pause": because,
  "holdfast.schedule/record": {},
  "holdfast.schedule/resume": because,
  "holdfast.schedule/runNow": because,
  "holdfast.schedule/set": {
    times: { everyMs: 86_400_000 },
    target: { kind: "start", agent: "desk", message: "hello" },
    ...because,
  },
  "holdfast.schedule/show": {},
  "holdfast.stops/check": { agent: "desk" },
  "holdfast.stops/lift": { kind: "agent", name: "nobody", ...because },
  "holdfast.stops/list": {},
  "holdfast.stops/record": {},
  "holdfast.stops/stop": { kind: "agent", name: "nobody", ...because },
  "holdfast.webhook/receive": {},
  "holdfast.webhook/show": {},
};

/** The bodies by `service/handler`, of an app with these agents. */
export function publicHandlers(agents: readonly string[]): ReadonlyMap<string, unknown> {
  const own = agents.flatMap((agent) =>
    Object.entries(AGENT).map(([handler, body]) => [`${agent}/${handler}`, body] as const),
  );
  return new Map([...own, ...Object.entries(OTHERS)]);
}
