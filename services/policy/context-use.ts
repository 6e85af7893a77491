// Owns what of a question the policies can look at: the rest is not put to Cedar, and does not
// tell two questions apart. Policies that look at no argument cost nothing per call.
import type { PolicyJson } from "@cedar-policy/cedar-wasm/nodejs";

/** Whether some policy looks at this attribute of the context. */
export type ContextUse = (attribute: string) => boolean;

const CONTEXT = '{"Var":"context"}';
const ATTRIBUTE = /"left":\{"Var":"context"\},"attr":(?:"(\w+)"|\["(\w+)")/g;

/** Yes to all where a policy does anything else with the context than to name an attribute. */
export function contextUse(policies: readonly PolicyJson[]): ContextUse {
  const text = JSON.stringify(policies);
  const named = [...text.matchAll(ATTRIBUTE)].map(([, one, first]) => one ?? first);
  const mentions = text.split(CONTEXT).length - 1;
  if (named.length !== mentions) return () => true;
  const attributes = new Set(named);
  return (attribute) => attributes.has(attribute);
}

/**
 * Whether some policy names a task by its id. Where none does, all tasks of one agent, owner and
 * tenant are alike to the policies.
 */
export function namesTasks(policies: readonly PolicyJson[]): boolean {
  return JSON.stringify(policies).includes('"type":"Task"');
}
