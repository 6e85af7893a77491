// Owns what a tool's call goes through, in words, from its declaration and the policy table of effects.
import type { EffectClass } from "../../contract/effect-class.ts";
import { toolServiceName } from "../../contract/ids.ts";
import type { AnyTool } from "../../contract/tool.ts";
import { EFFECT_POLICY, isFenced } from "../effect-policy.ts";
import { STATUS_CARE } from "../watch/status-care.ts";
import type { Care } from "./care.ts";

export interface ToolLifecycle extends Care {
  readonly tool: string;
  readonly version: string;
  readonly effect: EffectClass;
  /** As the tool and its class say; the app's policies may ask for more. */
  readonly approval: "asked for" | "not asked for";
}

export function toolLifecycle(tool: AnyTool): ToolLifecycle {
  const { name, version, effect, approval } = tool;
  const asks =
    approval === "required" || (approval === "default" && EFFECT_POLICY[effect].approval);
  return {
    tool: name,
    version,
    effect,
    approval: asks ? "asked for" : "not asked for",
    ...(tool.wait === undefined ? callCare(tool) : WAIT_CARE),
  };
}

const { pause, resume, interrupt } = STATUS_CARE["waiting-event"];
/** No service is asked about it. */
const WAIT_CARE: Care = { livesIn: "the task itself", owner: "runtime", pause, resume, interrupt };

function callCare(tool: AnyTool): Care {
  const { name, timeoutMs, retry } = tool;
  const { changes } = EFFECT_POLICY[tool.effect];
  return {
    livesIn: `an invocation of ${toolServiceName(name)}: ${retry.maxAttempts} attempts of ${timeoutMs} ms at most`,
    owner: STATUS_CARE[changes ? "waiting-reconcile" : "waiting-tool"].recovery,
    pause: STATUS_CARE["waiting-tool"].pause,
    resume: `${STATUS_CARE["waiting-tool"].resume}; ${afterLoss(tool)}`,
    interrupt: afterCancel(tool),
  };
}

/** What follows when the worker that made the call was lost. */
function afterLoss(tool: AnyTool): string {
  const { repeatable, needsKey } = EFFECT_POLICY[tool.effect];
  if (repeatable && !needsKey) return "after a crash the engine runs it again";
  if (!isFenced(tool)) return "after a crash it is made again under the same idempotency key";
  const asked =
    tool.reconcile === undefined ? "a person states what became of it" : "its reconcile is asked";
  return `after a crash it is not made again: ${asked}`;
}

/** What a cancellation comes to. */
function afterCancel({ effect, compensate }: AnyTool): string {
  if (!EFFECT_POLICY[effect].changes) return "cancel: there is nothing to undo";
  return compensate === undefined
    ? "cancel: it settles first, and what has happened stands and is reported"
    : "cancel: it settles first, and what has happened is undone by its compensate";
}
