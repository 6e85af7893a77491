// Owns the screen of one approval: what is to be decided, how it stands, and what a person may do about it.
import { useParams } from "@tanstack/react-router";
import type { ApprovalView } from "../../contract/approval-api.ts";
import type { ApprovalState } from "../../contract/approval.ts";
import { isProblem } from "../api/gateway.ts";
import { Mark } from "../controls/mark.tsx";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import type { Tone } from "../controls/status.ts";
import { Ago } from "../controls/time.tsx";
import { DecideActs } from "./decide-acts.tsx";
import styles from "./approvals.module.css";
import { PackageView } from "./package-view.tsx";
import { useApproval } from "./use-approvals.ts";

const TONES: Readonly<Record<ApprovalState, Tone>> = {
  open: "warn",
  approved: "good",
  rejected: "bad",
  expired: "calm",
  withdrawn: "calm",
  stale: "warn",
  blocked: "bad",
};

export function ApprovalScreen() {
  const { approvalId } = useParams({ from: "/approvals/$approvalId" });
  const { data: approval, error, refetch } = useApproval(approvalId);
  if (isProblem(error) && error.status === 404)
    return <Empty title="There is no such approval, or no more, or it is not yours" />;
  if (error !== null && approval === undefined) return <Failed error={error} retry={refetch} />;
  if (approval === undefined) return <Loading what="the approval" rows={8} />;
  // Another approval is another screen: nothing that was typed for the one before is left.
  return <OneApproval key={approvalId} approval={approval} />;
}

function OneApproval({ approval }: { approval: ApprovalView }) {
  const { state, call, claim, expiresAt } = approval;
  return (
    <>
      <div className={styles["head"]}>
        <h1>{call.tool}</h1>
        <Mark tone={TONES[state]}>{state}</Mark>
        {state === "open" ? (
          <span className={styles["none"]}>
            denied <Ago at={expiresAt} /> if nobody decides
            {claim === undefined ? "" : `; ${claim.by} looks at it`}
          </span>
        ) : null}
        <DecideActs approval={approval} />
      </div>
      {state === "open" ? null : <Outcome approval={approval} />}
      <PackageView approval={approval} />
    </>
  );
}

/** Who decided, what and when; or why nobody can any more. */
function Outcome({ approval: { state, history } }: { approval: ApprovalView }) {
  const last = history.findLast(({ type }) => type === "decided" || type === state);
  const who =
    last?.type === "decided" ? last.by.join(", ") || "somebody without a name" : undefined;
  const why = last !== undefined && "reason" in last ? `: ${last.reason}` : "";
  const message = last?.type === "decided" ? last.message : undefined;
  return (
    <p className={styles["outcome"]} role="status">
      {who === undefined ? `${WORDS[state]}${why}` : `${who} ${state} it`}{" "}
      {last === undefined ? null : <Ago at={last.at} />}
      {message === undefined ? "" : `: ${message}`}
    </p>
  );
}

const WORDS: Readonly<Record<ApprovalState, string>> = {
  open: "It waits for a decision",
  approved: "It was approved",
  rejected: "It was rejected",
  expired: "Nobody decided in time, and it was denied",
  withdrawn: "The task does not ask for it any more",
  stale: "What was to be approved has changed, and the task asks anew",
  blocked: "It cannot be decided on",
};
