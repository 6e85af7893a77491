// Owns one decision on many approvals: a preview of exactly what is decided on and what it comes to for each, a
// reason, and what became of each. What is decided on are the digests that were shown, and nothing newer.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { BatchDecision, BatchPreview } from "../../contract/approval-batch.ts";
import type { ListedApproval } from "../../contract/lists.ts";
import { useCaller } from "../api/caller.tsx";
import { tell } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import { Failed, Loading } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import { prettyJson, Stored } from "../controls/stored.tsx";
import { count } from "../controls/time-words.ts";
import styles from "./approvals.module.css";
import { firstWords } from "./decide.ts";

type Decision = "approve" | "reject";
type Item = BatchPreview["items"][number];

/** As the gateway takes at most. */
const MOST = 100;

export interface BatchProps {
  readonly approvals: readonly ListedApproval[];
  readonly clear: () => void;
}

export function BatchBar({ approvals, clear }: BatchProps) {
  const { may } = useCaller();
  const [decision, setDecision] = useState<Decision>();
  if (!may("approvals.decide")) return null;
  const none = approvals.length === 0;
  const tooMany = approvals.length > MOST;
  return (
    <div className={styles["bulk"]}>
      <span role="status">
        {none ? "" : `${count(approvals.length)} chosen`}
        {tooMany ? `; ${MOST} at most at once` : ""}
      </span>
      <Button disabled={none || tooMany} onClick={() => setDecision("approve")}>
        Approve …
      </Button>
      <Button disabled={none || tooMany} onClick={() => setDecision("reject")}>
        Reject …
      </Button>
      {decision === undefined ? null : (
        <BatchDialog
          decision={decision}
          approvals={approvals}
          close={() => setDecision(undefined)}
          clear={clear}
        />
      )}
    </div>
  );
}

interface BatchDialogProps extends BatchProps {
  readonly decision: Decision;
  readonly close: () => void;
}

function BatchDialog({ decision, approvals, close, clear }: BatchDialogProps) {
  const queries = useQueryClient();
  // Those of the moment at which the dialog opened.
  const [all] = useState(approvals);
  const { data, error } = usePreview(decision, all);
  const [failures, setFailures] = useState<ReadonlyMap<string, string>>(new Map());
  const items = data?.items ?? [];
  const shown = items.flatMap((item) =>
    "error" in item || item.foreseen.result === "refused"
      ? []
      : [{ approvalId: item.approval.approvalId, digest: item.approval.digest }],
  );
  const label = decision === "approve" ? "Approve" : "Reject";
  const act = async (message: string): Promise<void> => {
    const body = { decision, message, items: shown };
    const decided = await tell<BatchDecision>("/v1/approvals/decide", body);
    await queries.invalidateQueries({ queryKey: ["approvals"] });
    const refused = decided.items.flatMap((item, at) =>
      "error" in item ? [[shown[at]?.approvalId ?? "", refusalWords(item.error)] as const] : [],
    );
    setFailures(new Map(refused));
    if (refused.length > 0)
      throw new Error(
        `${shown.length - refused.length} decided; ${refused.length} not, as said above`,
      );
    clear();
  };
  return (
    <ReasonDialog
      open
      close={close}
      size="wide"
      title={`${label} ${count(all.length)}`}
      confirm={`${label} ${count(shown.length)}`}
      look={decision === "approve" ? "primary" : "danger"}
      incomplete={shown.length === 0}
      act={act}
    >
      {error === null ? null : <Failed error={error} />}
      {data === undefined && error === null ? <Loading what="each of them" rows={4} /> : null}
      <ol className={styles["previews"]} tabIndex={0} aria-label="What is decided on">
        {items.map((item, at) => {
          const id = all[at]?.approvalId ?? "";
          return <Preview key={id} item={item} listed={all[at]} failure={failures.get(id)} />;
        })}
      </ol>
    </ReasonDialog>
  );
}

/** Once: what a person has read is what is decided on, however long that takes. */
function usePreview(decision: Decision, approvals: readonly ListedApproval[]) {
  const [at] = useState(() => Date.now());
  return useQuery({
    queryKey: ["preview", decision, at],
    queryFn: () =>
      tell<BatchPreview>("/v1/approvals/preview", {
        decision,
        approvalIds: approvals.map(({ approvalId }) => approvalId),
      }),
    staleTime: Infinity,
    gcTime: 0,
    retry: false,
  });
}

function refusalWords({
  code,
  detail,
  details = {},
}: {
  code: string;
  detail: string;
  details?: Readonly<Record<string, string>>;
}): string {
  return code === "approval_decided" ? firstWords(details) : detail;
}

interface PreviewProps {
  readonly item: Item;
  readonly listed: ListedApproval | undefined;
  readonly failure: string | undefined;
}

function Preview({ item, listed, failure }: PreviewProps) {
  if ("error" in item)
    return (
      <li data-out="">
        <strong>{listed?.tool ?? listed?.kind}</strong> of {listed?.taskId}
        <span className={styles["failure"]}>{refusalWords(item.error)}</span>
      </li>
    );
  const { approval, foreseen } = item;
  const { call, edited, requester } = approval;
  const given = edited?.arguments ?? call.arguments;
  const refused = foreseen.result === "refused";
  return (
    <li data-out={refused ? "" : undefined}>
      <span>
        <strong>{call.tool}</strong> {edited?.resource ?? call.resource ?? ""} for {requester.agent}
        /{requester.taskId}
      </span>
      <Stored code value={"text" in given ? { text: prettyJson(given.text) } : given} />
      <span className={refused ? styles["failure"] : styles["comes"]}>
        {refused
          ? foreseen.message
          : `${foreseen.result === "settled" ? "Settles it" : "Counts"}: ${foreseen.state}${
              foreseen.quorum > 1 ? `, ${foreseen.approvals} of ${foreseen.quorum}` : ""
            }`}
        {!refused && foreseen.claimedBy !== undefined ? `; ${foreseen.claimedBy} looks at it` : ""}
      </span>
      {failure === undefined ? null : <span className={styles["failure"]}>{failure}</span>}
    </li>
  );
}
