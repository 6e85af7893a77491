// Owns decisions by Cedar, inside this process: policies are parsed, validated and kept once,
// and every decision carries their version. Whatever goes wrong is a denial (R48).
import { preparsePolicySet, statefulIsAuthorized } from "@cedar-policy/cedar-wasm/nodejs";
import { LRUCache } from "lru-cache";
import type {
  ApprovalRules,
  PolicyDecision,
  PolicyEngine,
  PolicyQuestion,
} from "../../contract/policy.ts";
import { digestOf } from "../../core/digest.ts";
import { createRuleFor } from "./approval-rules.ts";
import { type CedarRequest, toRequest } from "./cedar-request.ts";
import { contextUse, namesTasks } from "./context-use.ts";
import { DEFAULT_POLICIES, POLICY_SCHEMA } from "./default-policies.ts";
import {
  loadPolicies,
  type LoadedPolicy,
  type PolicySource,
  readSource,
  validatePolicies,
} from "./load-policies.ts";

export interface PolicyOptions {
  /** Besides the default policies. */
  readonly policies?: PolicySource | undefined;
  /** False leaves the default policies out: then only what yours permit is allowed. */
  readonly defaults?: boolean | undefined;
  /** In Cedar's schema language, in the place of POLICY_SCHEMA. */
  readonly schema?: string | undefined;
  /** Who decides approvals, how many, and until when. */
  readonly approvals?: ApprovalRules | undefined;
}

/** Raised when the meaning of a question or of a decision changes for the same policies. */
const MODEL_VERSION = 1;
/** Decisions that are remembered, and how long a request may be for it, in UTF-16 units. */
const KEPT_DECISIONS = 2_000;
const LONGEST_KEY = 4_096;
/** Stands for every task where the policies cannot tell one from another. */
const ANY_TASK = "any";

/**
 * Throws an Error that names the file, the line and Cedar's message for every policy that does
 * not parse or does not fit the schema, so that an app does not start with it.
 */
export function createPolicyEngine(options: PolicyOptions = {}): PolicyEngine {
  const { schema = POLICY_SCHEMA, approvals = {}, defaults = true } = options;
  const shipped = defaults ? [{ name: "default-policies", text: DEFAULT_POLICIES }] : [];
  const own = options.policies === undefined ? [] : readSource(options.policies);
  const policies = loadPolicies([...shipped, ...own]);
  if (policies.length === 0) {
    throw new Error(
      "there is no policy, so that every call would be denied; write one that permits",
    );
  }
  const warnings = validatePolicies(policies, schema);
  const ruleFor = createRuleFor(approvals);
  const version = versionOf(policies, schema, approvals);
  keep(version, policies);
  const jsons = policies.map(({ json }) => json);
  const used = contextUse(jsons);
  const known = new LRUCache<string, PolicyDecision>({ max: KEPT_DECISIONS });
  const asPut = namesTasks(jsons) ? (question: PolicyQuestion) => question : ofAnyTask;
  const decide = (question: PolicyQuestion): PolicyDecision => {
    try {
      const request = toRequest(asPut(question), used);
      // A decision follows from the request alone.
      const key = JSON.stringify(request);
      const before = known.get(key);
      if (before !== undefined) return before;
      const decision = ask(version, request);
      if (decision.errors === undefined && key.length <= LONGEST_KEY) known.set(key, decision);
      return decision;
    } catch {
      // A question that cannot be put, or a fault of the engine. What it says quotes values.
      return denial(version, ["engine"]);
    }
  };
  const written = policies.map(({ id, text }) => ({ id, text }));
  return { version, policies: written, warnings, ruleFor, decide };
}

function ofAnyTask(question: PolicyQuestion): PolicyQuestion {
  return { ...question, task: { ...question.task, taskUid: ANY_TASK } };
}

/** Comments and layout do not count, and neither does the order of policies: they change nothing. */
function versionOf(
  policies: readonly LoadedPolicy[],
  schema: string,
  approvals: ApprovalRules,
): string {
  const byId = Object.fromEntries(policies.map(({ id, json }) => [id, json]));
  return digestOf({ v: MODEL_VERSION, policies: byId, schema, approvals });
}

/** Cedar keeps the parsed set under the version, which is why no decision parses anything. */
function keep(version: string, policies: readonly LoadedPolicy[]): void {
  const staticPolicies = Object.fromEntries(policies.map(({ id, text }) => [id, text]));
  const answer = preparsePolicySet(version, { staticPolicies });
  if (answer.type === "success") return;
  throw new Error(`Cedar does not take the policies: ${answer.errors[0]?.message ?? "no reason"}`);
}

function ask(policyVersion: string, request: CedarRequest): PolicyDecision {
  const answer = statefulIsAuthorized({ ...request, preparsedPolicySetId: policyVersion });
  if (answer.type === "failure") return denial(policyVersion, ["engine"]);
  const { decision, diagnostics } = answer.response;
  // Cedar leaves out a policy that it cannot evaluate. It might have been the one that forbids.
  if (diagnostics.errors.length > 0) {
    return denial(policyVersion, diagnostics.errors.map(({ policyId }) => policyId).toSorted());
  }
  const policies = diagnostics.reason.toSorted();
  return { decision: decision === "allow" ? "allow" : "deny", policyVersion, policies };
}

function denial(policyVersion: string, errors: readonly string[]): PolicyDecision {
  return { decision: "deny", policyVersion, policies: [], errors };
}
