// Owns what the engine's view of a task adds to its explanation: a segment that fails over and over,
// a tool's call that does, and workers that are not there. The head knows none of these.
import type { Blocker, EngineCall, EngineView, Explanation } from "../../contract/explanation.ts";
import { withText } from "./explain.ts";

export function withEngine(explanation: Explanation, engine: EngineView): Explanation {
  const { blockers } = explanation;
  const found = [...missingWorker(explanation, engine), ...ofSegment(engine.segment)];
  const [first, ...rest] = [...found, ...blockers.map((each) => withCall(each, engine.tools))];
  return withText({ ...explanation, blockers: [first ?? blockers[0], ...rest], engine });
}

function missingWorker(
  { agent, blockers }: Explanation,
  { registered, answers }: EngineView,
): readonly Blocker[] {
  if (registered && answers) return [];
  const what = registered
    ? `a worker: none of those registered for agent ${agent} answers`
    : `a worker: no deployment that is registered serves agent ${agent}`;
  const { since } = blockers[0];
  return [{ kind: "worker", what, since, who: { kind: "operator" }, how: [] }];
}

function ofSegment(segment: EngineCall | undefined): readonly Blocker[] {
  if (segment === undefined || !isTroubled(segment)) return [];
  const paused = segment.status === "paused";
  return [
    {
      kind: "segment",
      what: `its segment, ${troubleOf(segment)}`,
      since: segment.since,
      ...untilOf(segment),
      who: paused ? { kind: "operator", names: ["the supervisor"] } : { kind: "runtime" },
      how: [],
    },
  ];
}

/** A call that the task only knows to be under way. */
function withCall(blocker: Blocker, calls: readonly EngineCall[]): Blocker {
  const call = calls.find(({ operationId }) => operationId === blocker.operationId);
  if (blocker.kind !== "tool" || call === undefined || !isTroubled(call)) return blocker;
  const what = `${blocker.tool ?? "a tool"}, ${troubleOf(call)}`;
  return { ...blocker, what, ...untilOf(call), who: { kind: "outside", names: [call.target] } };
}

function isTroubled({ status, attempts = 0 }: EngineCall): boolean {
  return status === "backing-off" || status === "paused" || attempts > 1;
}

function troubleOf({ status, attempts = 0, failure }: EngineCall): string {
  const why = failure === undefined ? "" : `: ${failure}`;
  if (status === "paused") return `which the engine has paused${why}`;
  return `whose attempts fail, ${attempts} so far${why}`;
}

function untilOf({ nextRetryAt }: EngineCall): Pick<Blocker, "until"> {
  return nextRetryAt === undefined ? {} : { until: nextRetryAt };
}
