// Owns how a person does something that is on record for ever: what it is about, why, and then what came of it.
// No act of the console goes without a reason (R73).
import { type SubmitEvent, type ReactNode, useId, useRef, useState } from "react";
import { Button, type ButtonProps } from "./button.tsx";
import { Dialog } from "./dialog.tsx";
import { failureWords } from "./notice.tsx";
import styles from "./reason-dialog.module.css";

/** As the contract's `reasonSchema`. */
const MAX_REASON = 1024;

export interface ReasonDialogProps {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  /** What is about to be done, to what. */
  readonly children?: ReactNode;
  readonly confirm: string;
  readonly look?: ButtonProps["look"];
  readonly size?: "narrow" | "wide";
  /** Does it. Resolved, the dialog closes; what it rejects with is shown, and the reason stays. */
  readonly act: (reason: string) => Promise<unknown>;
  /** While something that is asked for beside the reason is missing. */
  readonly incomplete?: boolean;
}

export function ReasonDialog(props: ReasonDialogProps) {
  const { open, close, title, size = "narrow" } = props;
  const first = useRef<HTMLTextAreaElement>(null);
  return (
    <Dialog open={open} close={close} title={title} size={size} first={first}>
      {/* Anew each time it opens: no reason is left over from another act. */}
      {open ? <ReasonForm {...props} first={first} /> : null}
    </Dialog>
  );
}

interface FormProps extends ReasonDialogProps {
  readonly first: React.RefObject<HTMLTextAreaElement | null>;
}

function ReasonForm({ close, children, confirm, look, act, incomplete, first }: FormProps) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const id = useId();
  const ready = reason.trim() !== "" && incomplete !== true && !busy;
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!ready) return;
    setBusy(true);
    setFailure(undefined);
    try {
      await act(reason.trim());
      close();
    } catch (error) {
      setFailure(failureWords(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <form className={styles["form"]} onSubmit={(event) => void submit(event)}>
      {children}
      <label htmlFor={id}>Reason, kept in the record for ever</label>
      <textarea
        id={id}
        ref={first}
        className={styles["reason"]}
        rows={2}
        maxLength={MAX_REASON}
        required
        value={reason}
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.currentTarget.form?.requestSubmit();
        }}
      />
      <p role="alert" className={styles["failure"]}>
        {failure}
      </p>
      <footer className={styles["foot"]}>
        <Button onClick={close}>Leave it</Button>
        <Button type="submit" look={look ?? "primary"} disabled={!ready}>
          {busy ? "Working …" : confirm}
        </Button>
      </footer>
    </form>
  );
}
