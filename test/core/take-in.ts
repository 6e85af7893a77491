// Owns how a drawn outcome of a tool's service is taken into a task of the reference shell.
import type { OpenOperation } from "../../core/task-head.ts";
import { verbOf } from "../../core/tool-verb.ts";
import type { ProposeOutcome } from "../../core/transition/proposed.ts";
import type { CoreTask } from "./core-task.ts";
import { LOST } from "./core-task.ts";
import type { Reply } from "./inputs.ts";

/** Outcomes are drawn without times: they are of now. Without one the call was given up. */
export function takeIn(
  task: CoreTask,
  operation: OpenOperation,
  back?: Reply["tools"][number],
): void {
  const now = { startedAt: task.now, at: task.now };
  if (verbOf(operation) === "propose") {
    task.propose(operation, back === undefined ? LOST : proposed(operation, back.outcome, now));
    return;
  }
  if (verbOf(operation) === "reconcile") {
    task.learn(operation, { ...(back?.answer ?? LOST), ...now });
    return;
  }
  const outcome = { ...(back?.outcome ?? LOST), ...now };
  const acts = outcome.outcome === "unknown" && outcome.notBefore !== undefined;
  const until = acts ? { notBefore: task.now + (outcome.notBefore ?? 0) } : {};
  task.takeIn(operation, { ...outcome, ...until });
}

/** As good as the outcome that was drawn: what is blocked or wrong is so when it is proposed too. */
function proposed(
  { argumentsDigest, toolVersion }: OpenOperation,
  outcome: Reply["tools"][number]["outcome"],
  at: { readonly startedAt: number },
): ProposeOutcome {
  if (outcome.outcome === "error" || outcome.outcome === "blocked") return { ...outcome, ...at };
  if (outcome.outcome === "lost") return outcome;
  return { v: 1, toolVersion, durationMs: 0, ...at, outcome: "proposed", argumentsDigest };
}
