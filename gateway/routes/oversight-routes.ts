// Owns the routes of those who oversee a tenant's fleet: effects of unknown outcome, budgets, the rules in
// force, and the search over all logs.
import PQueue from "p-queue";
import { BUDGET_SERVICE, type BudgetView, NO_TENANT_BUDGETS } from "../../contract/budget.ts";
import { CONTROL_SERVICE } from "../../contract/control.ts";
import type { BudgetList, RulesView } from "../../contract/oversight.ts";
import type { Caller } from "../caller.ts";
import { listBudgetKeys } from "../list/list-budgets.ts";
import { effectQuerySchema, listUnknownEffects } from "../list/list-effects.ts";
import { pageQuerySchema } from "../list/page.ts";
import { auditQuerySchema, searchAudit } from "../list/search-audit.ts";
import { TAKES } from "../roles.ts";
import { route, type Route } from "../route.ts";

const AT_ONCE = 8;

export const OVERSIGHT_ROUTES: readonly Route[] = [
  route({
    name: "effect.unknown",
    method: "GET",
    path: "/v1/effects/unknown",
    summary: "The calls of the caller's tenant of which nobody knows whether they took effect.",
    roles: TAKES.EVERYBODY,
    query: effectQuerySchema,
    perform: ({ caller, query }, deps) => listUnknownEffects(deps.query, caller.tenant, query),
  }),
  route({
    name: "budget.list",
    method: "GET",
    path: "/v1/budgets",
    summary: "The budgets of the caller's tenant, its days and its owners: limits, used, reserved.",
    roles: TAKES.EVERYBODY,
    query: pageQuerySchema,
    perform: async ({ caller, query, signal }, deps): Promise<BudgetList> => {
      const tenant = caller.tenant ?? NO_TENANT_BUDGETS;
      const { keys, ...more } = await listBudgetKeys(deps.query, tenant, query);
      const queue = new PQueue({ concurrency: AT_ONCE });
      const budgets = await queue.addAll(
        keys.map(({ key, name }) => async () => {
          const target = { service: BUDGET_SERVICE, key, handler: "show" };
          const view = await deps.runtime.call<BudgetView>(target, {}, { signal });
          return {
            ...view,
            ...(name.level === "owner" ? { owner: name.owner } : {}),
            ...(name.level === "day" ? { date: name.date } : {}),
          };
        }),
      );
      return { budgets, ...more };
    },
  }),
  route({
    name: "rules.show",
    method: "GET",
    path: "/v1/rules",
    summary:
      "The agents, their tools, grants and approval rules, and the policies that are in force. A tenant's caller sees no policy's text and no other person's name.",
    roles: TAKES.READERS,
    perform: async ({ caller, signal }, { runtime }): Promise<RulesView> => {
      const target = { service: CONTROL_SERVICE, handler: "rules" };
      return seenBy(caller, await runtime.call<RulesView>(target, {}, { signal }));
    },
  }),
  route({
    name: "audit.search",
    method: "GET",
    path: "/v1/audit",
    summary:
      "Events of the caller's tenant over all tasks, by actor, type and time; reads the logs of some tasks for each page.",
    roles: TAKES.AUDITORS,
    query: auditQuerySchema,
    perform: ({ caller, query, signal }, deps) => searchAudit(deps, caller.tenant, query, signal),
  }),
];

/** Policies and deciders may name another tenant's people; all tenants are judged by the same. */
function seenBy({ tenant, principal }: Caller, rules: RulesView): RulesView {
  if (tenant === undefined) return rules;
  const known = (names: "anyone" | readonly string[]) =>
    names === "anyone" ? names : names.filter((each) => each === principal);
  return {
    ...rules,
    policies: [],
    agents: rules.agents.map(({ agent, version, tools }) => ({
      agent,
      version,
      tools: tools.map((tool) => ({
        ...tool,
        rule: {
          ...tool.rule,
          deciders: known(tool.rule.deciders),
          escalation: tool.rule.escalation.map(({ afterMs, deciders }) => ({
            afterMs,
            ...(deciders === undefined ? {} : { deciders: known(deciders) }),
          })),
        },
      })),
    })),
  };
}
