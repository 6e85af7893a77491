// Owns what a person may do about an open approval: approve, reject, edit, ask, claim, and look again at what it
// rests on. Each names the digest that is on the screen.
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { ApprovalView } from "../../contract/approval-api.ts";
import { useCaller } from "../api/caller.tsx";
import { tell } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import { Menu } from "../controls/menu.tsx";
import { failureWords } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import { useNow } from "../controls/use-now.ts";
import { useCommands } from "../keyboard/commands.tsx";
import { AskDialog } from "./ask-dialog.tsx";
import { approvalPath, decide } from "./decide.ts";
import { EditDialog } from "./edit-dialog.tsx";
import styles from "./approvals.module.css";

type Act = "approve" | "reject" | "edit" | "ask";

export function DecideActs({ approval }: { approval: ApprovalView }) {
  const caller = useCaller();
  const queries = useQueryClient();
  const [act, setAct] = useState<Act>();
  const close = (): void => setAct(undefined);
  const look = (): Promise<void> => queries.invalidateQueries({ queryKey: ["approvals"] });
  const offered = approval.state === "open" && caller.may("approval.approve");
  return (
    <div className={styles["acts"]}>
      {offered ? <Offered approval={approval} choose={setAct} look={look} /> : null}
      {/* An open dialog stays, though the approval is decided meanwhile: it says so when it is confirmed. */}
      {act === "approve" || act === "reject" ? (
        <DecideDialog approval={approval} decision={act} close={close} done={look} />
      ) : null}
      {act === "edit" ? <EditDialog approval={approval} close={close} done={look} /> : null}
      {act === "ask" ? <AskDialog approval={approval} close={close} done={look} /> : null}
    </div>
  );
}

interface OfferedProps {
  readonly approval: ApprovalView;
  readonly choose: (act: Act) => void;
  readonly look: () => Promise<void>;
}

function Offered({ approval, choose, look }: OfferedProps) {
  const { mine, others } = useClaim(approval);
  const [failure, setFailure] = useState<string>();
  const ask = async (handler: string, body: object): Promise<void> => {
    setFailure(undefined);
    await tell(approvalPath(approval.approvalId, `/${handler}`), body).catch((error: unknown) =>
      setFailure(failureWords(error)),
    );
    await look();
  };
  const claim = (): void => void ask(mine ? "release" : "claim", others ? { takeOver: true } : {});
  const label = mine ? "Release" : others ? "Take over" : "Claim";
  const group = "Approval";
  useCommands([
    { id: "approve", label: "Approve", group, keys: "a", run: () => choose("approve") },
    { id: "reject", label: "Reject", group, keys: "r", run: () => choose("reject") },
    { id: "edit", label: "Edit and approve", group, keys: "e", run: () => choose("edit") },
    { id: "claim", label, group, keys: "c", run: claim },
  ]);
  return (
    <>
      <span role="alert" className={styles["failure"]}>
        {failure}
      </span>
      <Button keys="c" onClick={claim}>
        {label}
      </Button>
      <Button look="primary" keys="a" onClick={() => choose("approve")}>
        Approve …
      </Button>
      <Button look="danger" keys="r" onClick={() => choose("reject")}>
        Reject …
      </Button>
      <Menu label="More" items={moreOf(choose, () => void ask("compare", {}))} />
    </>
  );
}

/** Who looks at it, as far as the caller is concerned. */
function useClaim({ claim }: ApprovalView) {
  const { principal } = useCaller();
  const now = useNow();
  const isHeld = claim !== undefined && claim.until > now;
  return {
    mine: isHeld && claim.by === principal,
    others: isHeld && claim.by !== principal,
  };
}

function moreOf(choose: (act: Act) => void, compare: () => void) {
  return [
    {
      id: "edit",
      label: "Edit …",
      about: "approve it with other arguments",
      run: () => choose("edit"),
    },
    {
      id: "ask",
      label: "Ask …",
      about: "a question, before it is decided",
      run: () => choose("ask"),
    },
    {
      id: "compare",
      label: "Look again",
      about: "asks the tool whether what it rests on still holds",
      run: compare,
    },
  ];
}

interface DecideDialogProps {
  readonly approval: ApprovalView;
  readonly decision: "approve" | "reject";
  readonly close: () => void;
  readonly done: () => Promise<void>;
}

function DecideDialog({ approval, decision, close, done }: DecideDialogProps) {
  // What was on the screen when the dialog opened is what is decided on.
  const [{ approvalId, digest, call, quorum, approvals, claim }] = useState(approval);
  const { principal } = useCaller();
  const label = decision === "approve" ? "Approve" : "Reject";
  const left = quorum - approvals - 1;
  return (
    <ReasonDialog
      open
      close={close}
      title={`${label} ${call.tool}`}
      confirm={label}
      look={decision === "approve" ? "primary" : "danger"}
      act={async (message) => {
        try {
          await decide(approvalId, decision, { digest, message });
        } finally {
          await done();
        }
      }}
    >
      <p>
        {decision === "approve"
          ? `Exactly this call is executed, once${left > 0 ? `, when ${left} more have approved it` : ""}.`
          : "The call is not made; the model reads the reason."}
        {claim === undefined || claim.by === principal ? "" : ` ${claim.by} looks at it too.`}
      </p>
    </ReasonDialog>
  );
}
