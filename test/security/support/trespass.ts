// Owns what a gateway may ask the runtime for on behalf of a tenant, call by call: a new way of asking is
// one that it may not, until it is judged here.
import { APPROVAL_SERVICE } from "../../../contract/approval.ts";
import { auditedTask } from "../../../contract/audit.ts";
import { BUDGET_SERVICE } from "../../../contract/budget.ts";
import { CONTROL_SERVICE } from "../../../contract/control.ts";
import { EVENTS_SERVICE } from "../../../contract/inbox.ts";
import { EVIDENCE_SERVICE } from "../../../contract/signed-head.ts";
import { STOPS_KEY, STOPS_SERVICE } from "../../../contract/stop.ts";
import { WEBHOOK_SERVICE } from "../../../contract/webhook.ts";
import { parseBudgetKey } from "../../../core/budget/levels.ts";
import type { Asked } from "../../gateway/support/stub-runtime.ts";

/** Whether a call of a handler with this key, or with this body, keeps to the tenant's own. */
type Judge = (tenant: string, call: Call) => boolean;

interface Call {
  readonly key: string;
  readonly handler: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const JUDGES: Readonly<Record<string, Judge>> = {
  // All that is asked of another's approval is whose it is, which the stub answers with another tenant.
  [APPROVAL_SERVICE]: (_, { key, handler }) => handler === "show" && /^[0-9a-f]{64}$/.test(key),
  [BUDGET_SERVICE]: (tenant, { key }) => {
    const name = parseBudgetKey(key);
    // A task's is by its uid, which the stub says of the tenant's own task.
    return name?.level === "task" ? name.taskUid === "u" : name?.tenant === tenant;
  },
  // The rules are the app's; what of them a tenant may see is its answer's (test/gateway/oversight).
  [CONTROL_SERVICE]: (tenant, { handler, body }) =>
    handler === "rules" || isWithin(tenant, body["taskId"]),
  // Keyed by agent and task.
  [EVIDENCE_SERVICE]: (tenant, { key }) => isWithin(tenant, auditedTask(key).taskId),
  [EVENTS_SERVICE]: (tenant, { body }) => body["tenant"] === tenant,
  [STOPS_SERVICE]: (_, { key }) => key === STOPS_KEY,
  // A source is the deployment's, and no tenant's.
  [WEBHOOK_SERVICE]: (_, { key }) => !key.includes("/"),
};

/** What is wrong with a call that the gateway made for a tenant; undefined when nothing is. */
export function trespass(tenant: string, { path, body: text }: Asked): string | undefined {
  if (path === "/query") {
    const { query = "" } = JSON.parse(text) as { query?: string };
    const isOwn = [
      `starts_with(service_key, '${tenant}/')`,
      // A tenant's budgets are not keyed by its tasks.
      `service_name = 'holdfast.budget' AND key = 'budget' AND (service_key = 'tenant/${tenant}' OR`,
    ].some((own) => query.includes(own));
    return isOwn ? undefined : `a list of all: ${query}`;
  }
  const [start, ...parts] = splitPath(path);
  if (start !== "/restate/call" || parts.length < 2 || parts.length > 3)
    return `another address: ${path}`;
  const [service = "", key = "", handler = ""] =
    parts.length === 3 ? parts : [parts[0], "", parts[1]];
  const body = parts[0] === WEBHOOK_SERVICE ? {} : (JSON.parse(text) as Call["body"]);
  const judge: Judge = JUDGES[service] ?? ((own, call) => isWithin(own, call.key));
  return judge(tenant, { key, handler, body }) ? undefined : `another's: ${path} ${text}`;
}

function splitPath(path: string): readonly string[] {
  const [empty, restate, call, ...parts] = path.split("/");
  return [[empty, restate, call].join("/"), ...parts.map(decodeURIComponent)];
}

function isWithin(tenant: string, key: unknown): boolean {
  return typeof key === "string" && key.startsWith(`${tenant}/`);
}
