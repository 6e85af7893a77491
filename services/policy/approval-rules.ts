// Owns which rule an approval gets: the app's, the class's, the tool's, field by field.
import type { ApprovalRule } from "../../contract/approval.ts";
import { EFFECT_CLASSES, type EffectClass } from "../../contract/effect-class.ts";
import type { ApprovalRules, PolicyEngine } from "../../contract/policy.ts";
import { DEFAULT_RULE, ruleProblem } from "../../core/approval/rule.ts";

/** A named person, where a mistake reaches furthest. */
const SHIPPED_BY_CLASS: NonNullable<ApprovalRules["byClass"]> = {
  administrative: { bareAwakeable: false },
};

/** Throws an Error that names the class or tool whose rule cannot be, and the field. */
export function createRuleFor(rules: ApprovalRules): PolicyEngine["ruleFor"] {
  const ruleFor: PolicyEngine["ruleFor"] = ({ tool, effect }) =>
    merged([
      rules.default,
      SHIPPED_BY_CLASS[effect],
      rules.byClass?.[effect],
      Object.hasOwn(rules.byTool ?? {}, tool) ? rules.byTool?.[tool] : undefined,
    ]);
  const problems = problemsOf(rules, ruleFor);
  if (problems.length === 0) return ruleFor;
  throw new Error(`the approval rules cannot be used:\n${problems.join("\n")}`);
}

function merged(parts: readonly (Partial<ApprovalRule> | undefined)[]): ApprovalRule {
  return parts.reduce<ApprovalRule>((rule, part) => ({ ...rule, ...part }), DEFAULT_RULE);
}

function problemsOf(rules: ApprovalRules, ruleFor: PolicyEngine["ruleFor"]): readonly string[] {
  const tools = ["", ...Object.keys(rules.byTool ?? {})];
  const pairs = tools.flatMap((tool) => EFFECT_CLASSES.map((effect) => ({ tool, effect })));
  const problems = pairs.flatMap(({ tool, effect }) => {
    const problem = ruleProblem(ruleFor({ tool, effect }));
    const whose = tool === "" ? `class ${effect}` : `tool "${tool}"`;
    return problem === undefined ? [] : [`  - ${whose}: ${problem}`];
  });
  const unknown = Object.keys(rules.byClass ?? {}).filter(
    (name) => !EFFECT_CLASSES.includes(name as EffectClass),
  );
  const classes = unknown.map((name) => `  - byClass has no effect class "${name}"`);
  return [...new Set([...problems, ...classes])];
}
