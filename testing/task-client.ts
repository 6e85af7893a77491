// Owns how a test speaks to one task, wherever it runs: in memory (in-memory-runner.ts) or on a
// server (ingress-client.ts). A scenario written against it runs on both.
import type {
  ApprovalDecision,
  AskResult,
  CancelInput,
  CancelResult,
  SendResult,
  StartResult,
  StatusView,
} from "../contract/api.ts";
import type { DecideInput } from "../contract/approval-api.ts";
import type {
  ClaimInput,
  ClaimResult,
  ReleaseInput,
  ReleaseResult,
} from "../contract/approval-claim.ts";
import type {
  ControlResult,
  OverrideInput,
  PauseInput,
  TransferInput,
  VerbInput,
} from "../contract/control.ts";
import type {
  DropInput,
  DropResult,
  GrantInput,
  GrantResult,
  RetryInput,
  RetryResult,
  RollbackInput,
  RollbackResult,
  SettleInput,
  SettleResult,
} from "../contract/effect-api.ts";
import type {
  EraseInput,
  EraseResult,
  PreserveInput,
  PreserveResult,
} from "../contract/erasure.ts";
import type { TaskEvent } from "../contract/event.ts";
import type { Explanation } from "../contract/explanation.ts";
import type { Grant } from "../contract/grant.ts";
import type { MessageContent, MessageMode } from "../contract/message.ts";
import type { PublishInput, PublishResult } from "../contract/inbox.ts";
import type { TaskStatus } from "../contract/status.ts";
import type {
  AnswerInput,
  AnswerResult,
  WithdrawOperationInput,
  WithdrawOperationResult,
} from "../contract/wait-api.ts";
import type { FlagResult, StuckBounds } from "../contract/watch.ts";

export interface StartOptions {
  readonly owner?: string | undefined;
  readonly tenant?: string | undefined;
  /** What the task may do; by default what its agent says. */
  readonly grants?: readonly Grant[] | undefined;
}

export interface MessageOptions {
  /** Applied once for ever. Default: a new one. */
  readonly messageId?: string;
  readonly from?: string;
  /** Default `steer`. */
  readonly mode?: MessageMode;
}

/** A verb of docs/control.md with its body. */
export type ControlInput =
  | (VerbInput & Partial<Pick<PauseInput, "when">> & { readonly verb: "pause" })
  | (VerbInput & { readonly verb: "resume" | "quarantine" | "complete" | "retire" })
  | (OverrideInput & { readonly verb: "override" })
  | (TransferInput & { readonly verb: "transfer" });

export interface AskOptions extends MessageOptions {
  /** Milliseconds until it answers without the turn's end; 60,000 by default. */
  readonly timeoutMs?: number;
  /** As of `start`, where it makes the task. */
  readonly tenant?: string;
}

/**
 * A decision on a proposed call: by its awakeable, as an outside system decides, or with `via`
 * by the approval's `decide`, which answers. An edit and a question take the latter.
 */
export type Decision = DecisionTarget &
  (
    | (Omit<ApprovalDecision, "digest"> & { readonly via?: "awakeable" | "decide" })
    | (WithoutDigest<Extract<DecideInput, { decision: "edit" | "ask" }>> & {
        readonly via?: "decide";
      })
  );

type WithoutDigest<Input> = Input extends DecideInput ? Omit<Input, "digest"> : never;

interface DecisionTarget {
  /** Default: the one operation that waits for a decision. */
  readonly operationId?: string;
  /** Default: the one that `status` shows. */
  readonly digest?: string;
}

/** A claim as a person makes it; the rest is by default. */
export type ClaimOptions = Pick<ClaimInput, "by"> & Partial<ClaimInput>;

/** An event as a source writes it. */
export type PublishedEvent = Pick<PublishInput, "topic" | "key" | "eventId"> &
  Partial<PublishInput>;

/** A failure that the task answers with carries a `code`, as over the ingress. */
export interface TaskClient {
  readonly taskId: string;
  start(message: MessageContent, options?: StartOptions): Promise<StartResult>;
  send(message: MessageContent, options?: MessageOptions): Promise<SendResult>;
  /** Starts the task or sends it a message, and waits for the end of that turn. */
  ask(message: MessageContent, options?: AskOptions): Promise<AskResult>;
  status(): Promise<StatusView>;
  /** Why the task does not move. */
  explain(): Promise<Explanation>;
  /** Has the task look whether it is stuck, as a watchdog does. Default: as an app without `watch`. */
  flag(bounds?: Partial<StuckBounds>): Promise<FlagResult>;
  /** The whole task log. */
  events(): Promise<readonly TaskEvent[]>;
  /**
   * Decides on a proposed call. Rejects when none waits for a decision, and, by `decide`, when
   * the decision does not count.
   */
  decide(decision: Decision): Promise<void>;
  /** Claims the call that waits for a decision, or releases it; rejects where that is refused. */
  claim(input: ClaimOptions): Promise<ClaimResult>;
  release(input: ReleaseInput): Promise<ReleaseResult>;
  cancel(input: CancelInput): Promise<CancelResult>;
  /** Publishes an event, as a source outside does; the task gets it if it waits for it. */
  publish(event: PublishedEvent): Promise<PublishResult>;
  /** Answers a question that the task waits on. */
  answer(input: AnswerInput): Promise<AnswerResult>;
  /** Ends one wait, or the request for one decision, and lets the rest go on. */
  withdraw(input: WithdrawOperationInput): Promise<WithdrawOperationResult>;
  /** States the outcome of an operation that is unknown. */
  settle(input: SettleInput): Promise<SettleResult>;
  /** Tries again, now, what the task waits for, or takes in a message that was quarantined. */
  retry(input: RetryInput): Promise<RetryResult>;
  /** Drops a message that was quarantined. */
  drop(input: DropInput): Promise<DropResult>;
  /** Gives the task fresh grants in the place of those it had. */
  grant(input: GrantInput): Promise<GrantResult>;
  /** Pauses, resumes, quarantines, overrides, transfers, completes or retires the task. */
  control(input: ControlInput): Promise<ControlResult>;
  /** Undoes the effects of a task that rests, and lets it go on. */
  rollback(input: RollbackInput): Promise<RollbackResult>;
  /** Erases what was said and done in an ended task, of an app with `evidence`. */
  erase(input: Omit<EraseInput, "agent" | "taskId">): Promise<EraseResult>;
  /** Keeps it from being erased, or lets it be. */
  preserve(input: Omit<PreserveInput, "agent" | "taskId">): Promise<PreserveResult>;
  /**
   * Resolves once the task has this status, or one of these; rejects after `withinMs`
   * (30,000 by default), naming the status that it has instead.
   */
  until(
    status: TaskStatus | readonly TaskStatus[],
    options?: { readonly withinMs?: number },
  ): Promise<StatusView>;
}

export const DEFAULT_WITHIN_MS = 30_000;

export interface ProposalToDecide {
  readonly operationId: string;
  readonly digest: string;
  readonly awakeableId: string;
  readonly approvalId: string;
}

/** What is sent of a decision, and whether by the awakeable. */
export function bodyOf(
  decided: Decision,
  open: ProposalToDecide,
): { readonly byAwakeable: boolean; readonly body: DecideInput } {
  const { operationId: _, digest, via, ...decision } = decided;
  const isPlain = decision.decision === "approve" || decision.decision === "reject";
  const body: DecideInput = { ...decision, digest: digest ?? open.digest };
  return { byAwakeable: isPlain && via !== "decide", body };
}

/** The proposal that a decision is about. Throws an Error when there is none, or several. */
export function proposalOf(
  { operations, status, budget, review }: StatusView,
  { operationId }: DecisionTarget,
): ProposalToDecide {
  const open = operations.filter(
    (each) =>
      each.proposal !== undefined &&
      (operationId === undefined || each.operationId === operationId),
  );
  const [only] = open;
  const extension = budget?.extension;
  if (only === undefined && operationId === undefined && extension !== undefined)
    return { operationId: "", ...extension };
  if (only === undefined && operationId === undefined && review !== undefined)
    return { operationId: "", awakeableId: "", ...review };
  if (only?.proposal === undefined) {
    throw new Error(`no call waits for a decision; the task is ${status}`);
  }
  if (open.length > 1) {
    throw new Error(`${open.length} calls wait for a decision: name one by its operationId`);
  }
  return { operationId: only.operationId, ...only.proposal };
}

/** Why `until` gives up. */
export function notReached({ status, reason }: StatusView, wanted: readonly string[]): Error {
  const why = reason === undefined ? "" : ` (${reason})`;
  return new Error(`the task is ${status}${why}, and not ${wanted.join(" or ")}`);
}
