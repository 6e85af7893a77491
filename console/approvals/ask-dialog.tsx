// Owns asking the agent about a proposal before it is decided.
import { type SubmitEvent, useId, useState } from "react";
import type { ApprovalView } from "../../contract/approval-api.ts";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { failureWords } from "../controls/notice.tsx";
import { decide } from "./decide.ts";
import styles from "./approvals.module.css";

export interface AskDialogProps {
  readonly approval: ApprovalView;
  readonly close: () => void;
  readonly done: () => Promise<void>;
}

/** As the contract allows at most. */
const LONGEST = 2_048;

export function AskDialog({ approval: { approvalId, digest, call }, close, done }: AskDialogProps) {
  const [question, setQuestion] = useState("");
  const [failure, setFailure] = useState<string>();
  const id = useId();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    try {
      await decide(approvalId, "ask", { digest, question: question.trim() });
      await done();
      close();
    } catch (error) {
      setFailure(failureWords(error));
    }
  };
  return (
    <Dialog open close={close} title={`Ask about ${call.tool}`}>
      <form className={styles["question"]} onSubmit={(event) => void submit(event)}>
        <label htmlFor={id}>It is recorded, and decides nothing</label>
        <textarea
          id={id}
          rows={3}
          maxLength={LONGEST}
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
        />
        <p role="alert" className={styles["failure"]}>
          {failure}
        </p>
        <Button type="submit" look="primary" disabled={question.trim() === ""}>
          Ask
        </Button>
      </form>
    </Dialog>
  );
}
