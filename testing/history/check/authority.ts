// Owns the check that no effect happened without authority (L8, R33, R42, R96, F17): a call that the
// log knows, a grant, an approval of exactly what was done, and a task that may still act.
import { matchesTool } from "../../../core/grant/pattern.ts";
import { proposalDigest } from "../../../core/proposal.ts";
import type { EditedCall } from "../../../contract/approval.ts";
import type { NamedGrant } from "../../../contract/grant.ts";
import { hasEnded } from "../../../contract/status.ts";
import type { TaskEvent } from "../../../contract/event.ts";
import { FENCE_MARGIN_MS } from "../../../contract/tool.ts";
import type { HistoryEffect, HistoryTask, OperationOf } from "../history.ts";
import type { Violation } from "../violation.ts";
import { tellEffect, tellEntry, tellOperation, violation } from "../violation.ts";
import type { Call, Indexed } from "./index-history.ts";
import { eventsOf } from "./index-history.ts";

const LAW = "authority";

/** An effect, and the call that it is of. */
interface Act {
  readonly effect: HistoryEffect;
  readonly call: Call;
}

export function checkAuthority(history: Indexed): readonly Violation[] {
  return history.effects.flatMap((effect) => {
    if (!effect.done) return [];
    const call = history.callOf(effect.key);
    const rule = history.tools[effect.tool];
    const wrong = (problem: string) => [violation(LAW, problem, [tellEffect(effect)], call?.task)];
    if (call === undefined) return wrong(`no task has asked for this ${effect.tool}`);
    if (rule === undefined)
      return wrong(`no agent has a tool ${effect.tool} that changes anything`);
    if (call.tool !== effect.tool || call.undo !== (effect.verb === "undo"))
      return wrong(`its key is of ${call.tool}${call.undo ? ", to be undone" : ""}`);
    const act = { effect, call };
    // Undoing is part of the end of a task; it was allowed with what it undoes.
    if (effect.verb === "undo") return afterTheEnd(history, act);
    return [
      ...afterTheEnd(history, act),
      ...outsideOfGrants(act),
      ...(approvalOf(act) === undefined && !rule.approval ? otherArguments(act) : []),
      ...(approvalOf(act) !== undefined || rule.approval ? notApproved(history, act) : []),
    ];
  });
}

/** Nothing happens once a client has read that the task has ended, but what is marked unknown. */
function afterTheEnd(history: Indexed, { effect, call }: Act): readonly Violation[] {
  const { task } = call;
  const told = history
    .operationsOf(task)
    .filter((each): each is OperationOf<"read"> => each.kind === "read")
    .find(
      ({ answer, returnedAt = Infinity }) =>
        answer?.status !== undefined && hasEnded(answer.status) && returnedAt < effect.calledAt,
    );
  if (told === undefined || unknownIn(task).has(call.operationId)) return [];
  const by = [tellEffect(effect), tellOperation(told)];
  return [
    violation(LAW, `${effect.tool} happened after the task was ${told.answer?.status}`, by, task),
  ];
}

function unknownIn({ log }: HistoryTask): ReadonlySet<string> {
  return new Set(
    log.flatMap((event) =>
      event.type === "task.cancelled" ||
      event.type === "task.retired" ||
      event.type === "task.killed"
        ? event.data.unknown
        : [],
    ),
  );
}

function outsideOfGrants({ effect, call }: Act): readonly Violation[] {
  const { log } = call.task;
  const isCovered = grantsDuring(log, effect.calledAt).some(
    (grants) => grants === "declared" || grants.some((grant) => covers(grant, effect)),
  );
  if (isCovered) return [];
  return [violation(LAW, `no grant covers ${effect.tool}`, [tellEffect(effect)], call.task)];
}

/** Those in force then, and up to a request's time on the way before: it was allowed as it left. */
function grantsDuring(log: readonly TaskEvent[], at: number) {
  const changes = log.flatMap((event) =>
    event.type === "task.started" || event.type === "grants.changed"
      ? [
          {
            from: event.type === "task.started" ? -Infinity : event.at,
            grants: event.data.grants ?? "declared",
          },
        ]
      : [],
  );
  return changes
    .filter(({ from }, index) => {
      const until = changes[index + 1]?.from ?? Infinity;
      return from <= at && until > at - FENCE_MARGIN_MS;
    })
    .map(({ grants }) => grants);
}

function covers({ tool, expiresAt = Infinity }: NamedGrant, effect: HistoryEffect): boolean {
  return matchesTool(tool, effect.tool) && effect.calledAt - FENCE_MARGIN_MS < expiresAt;
}

function otherArguments({ effect, call }: Act): readonly Violation[] {
  if (effect.argumentsDigest === call.argumentsDigest) return [];
  const problem = `${effect.tool} was done with other arguments than the model's`;
  return [violation(LAW, problem, [tellEffect(effect)], call.task)];
}

type Requested = Extract<TaskEvent, { readonly type: "approval.requested" }>;
type Decided = Extract<TaskEvent, { readonly type: "approval.decided" }>;

/** The last approval of the call's attempt, or of the one whose approval it goes on under. */
function approvalOf({
  call,
}: Act): { readonly asked: Requested; readonly decided?: Decided } | undefined {
  const under = approvedAs(call);
  const asked = eventsOf(call.task, "approval.requested").findLast(({ data }) =>
    under.includes(data.operationId),
  );
  if (asked === undefined) return undefined;
  const decided = eventsOf(call.task, "approval.decided").find(
    ({ data }) => data.approvalId === asked.data.approvalId,
  );
  return decided === undefined ? { asked } : { asked, decided };
}

function approvedAs({ task, operationId, position }: Call): readonly string[] {
  const [repeated] = eventsOf(task, "call.repeated").filter(
    ({ data }) => `${position}/${data.attempt}` === operationId,
  );
  const as = repeated?.data.approvedAs;
  return as === undefined ? [operationId] : [operationId, as];
}

function notApproved(history: Indexed, act: Act): readonly Violation[] {
  const { effect, call } = act;
  const wrong = (problem: string, more: readonly string[] = []) => [
    violation(LAW, problem, [tellEffect(effect), ...more], call.task),
  ];
  const approval = approvalOf(act);
  if (approval === undefined) return wrong(`nobody was asked to approve ${effect.tool}`);
  const { asked, decided } = approval;
  if (decided?.data.decision !== "approve")
    return wrong(`nobody has approved ${effect.tool}`, [tellEntry(asked)]);
  const { edited } = decided.data;
  const exactly = edited === undefined ? asked.data : editedInto(asked.data, edited);
  if (effect.argumentsDigest !== exactly.argumentsDigest)
    return wrong(`${effect.tool} was approved with other arguments`, [tellEntry(decided)]);
  const digest = proposalDigest({ ...exactly, taskUid: call.task.view.taskUid });
  if (decided.data.digest !== digest)
    return wrong("what was approved has another digest", [tellEntry(decided)]);
  const said = history
    .operationsOf(call.task)
    .filter((each): each is OperationOf<"decide"> => each.kind === "decide")
    .filter(({ said: { approvalId } }) => approvalId === asked.data.approvalId);
  const isFirst = said.some(
    ({ said: { decision }, calledAt }) =>
      (decision === "approve" || decision === "edit") && calledAt < effect.calledAt,
  );
  return isFirst
    ? []
    : wrong(`${effect.tool} happened before anybody approved it`, [tellEntry(decided)]);
}

/** What an edit leaves out is not as it was before, but not there. */
function editedInto(requested: Requested["data"], edited: EditedCall) {
  const { resource: _, precondition: __, ...rest } = requested;
  return { ...rest, ...edited };
}
