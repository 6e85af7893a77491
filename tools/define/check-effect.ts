// Owns the checks of what a tool says of its effect: its class, and all that has to go with the
// class by the policy table.
import { EFFECT_CLASSES, type EffectClass } from "../../contract/effect-class.ts";
import { nameProblem } from "../../contract/ids.ts";
import { EFFECT_POLICY } from "../../core/effect-policy.ts";
import type { UncheckedSpec } from "./tool-spec.ts";

/** Reads on after the tool's name. */
export function effectProblem(spec: UncheckedSpec): string | undefined {
  const { effect, approval, idempotency } = spec;
  if (!["default", "required", "never", undefined].includes(approval as string | undefined)) {
    return `has approval ${JSON.stringify(approval)}; it must be "default", "required" or "never"`;
  }
  const choice = `one of ${EFFECT_CLASSES.join(", ")}`;
  if (effect === undefined) return `has no effect class; add effect: ${choice}`;
  if (!isEffectClass(effect)) {
    return `has the unknown effect class ${JSON.stringify(effect)}; effect must be ${choice}`;
  }
  if (!["honoured", "none", undefined].includes(idempotency as string | undefined)) {
    return `has idempotency ${JSON.stringify(idempotency)}; it must be "honoured" or "none"`;
  }
  return classProblem(spec, effect) ?? credentialsProblem(spec.credentials);
}

function isEffectClass(value: unknown): value is EffectClass {
  return (EFFECT_CLASSES as readonly unknown[]).includes(value);
}

function classProblem(spec: UncheckedSpec, effect: EffectClass): string | undefined {
  const policy = EFFECT_POLICY[effect];
  const idle = policy.changes ? undefined : declaredOfEffect(spec);
  if (idle !== undefined) {
    return `is "${effect}", which has no effect, and declares ${idle}; remove it, or state the class of its effect`;
  }
  if (policy.compensation && spec.compensate === undefined) {
    return `is "${effect}" and has no compensate; reversible writes declare one: add compensate(input, result, context) { ... }, or choose another class`;
  }
  return undefined;
}

// A class without an effect never looks at them: whoever declares one believes that the tool has
// an effect, and has stated the wrong class.
function declaredOfEffect(spec: UncheckedSpec): string | undefined {
  if (spec.idempotency === "honoured") return 'idempotency "honoured"';
  return (["reconcile", "compensate"] as const).find((key) => spec[key] !== undefined);
}

function credentialsProblem(credentials: unknown): string | undefined {
  if (credentials === undefined) return undefined;
  if (!Array.isArray(credentials)) {
    return 'has credentials that are not a list; write them like credentials: ["shop-api"]';
  }
  for (const [index, name] of (credentials as unknown[]).entries()) {
    if (typeof name !== "string") return `has a credential at ${index} that is not a text`;
    const problem = nameProblem(name);
    if (problem !== undefined) return `has a credential ${JSON.stringify(name)} that ${problem}`;
    if (credentials.indexOf(name) !== index) return `names the credential "${name}" twice`;
  }
  return undefined;
}
