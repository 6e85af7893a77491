// Owns what an app says of its rules to those who oversee it: policies as they were written, and of each
// agent what its tasks may do, by whose leave.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { RulesView } from "../../contract/oversight.ts";
import type { PolicyEngine } from "../../contract/policy.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";

export function describeRules(
  { version: policyVersion, policies, ruleFor }: PolicyEngine,
  agents: readonly AgentDefinition[],
): RulesView {
  return {
    policyVersion,
    policies,
    agents: agents.map(({ name: agent, version, grants, tools }) => ({
      agent,
      version,
      ...(grants === undefined ? {} : { grants }),
      tools: tools.map(
        ({ name: tool, version: toolVersion, effect, approval, inputJsonSchema }) => ({
          tool,
          version: toolVersion,
          effect,
          risk: EFFECT_POLICY[effect].risk,
          approval,
          rule: ruleFor({ tool, effect }),
          input: inputJsonSchema,
        }),
      ),
    })),
  };
}
