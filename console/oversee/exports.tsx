// Owns taking a task away as a file that proves itself, and asking whether such a file is whole.
import { useRef, useState } from "react";
import type { ExportCheck } from "../../contract/evidence-export.ts";
import { request, taskPath } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { failureWords } from "../controls/notice.tsx";
import { count } from "../controls/time-words.ts";
import styles from "./oversee.module.css";

export function ExportTask({ agent, taskId }: { agent: string; taskId: string }) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const save = async (): Promise<void> => {
    setBusy(true);
    setFailure(undefined);
    try {
      const response = await request(taskPath(agent, taskId, "/export"), {});
      const url = URL.createObjectURL(await response.blob());
      const link = document.createElement("a");
      link.href = url;
      link.download = `${taskId.replaceAll(/[^\w.-]/g, "_")}.holdfast.jsonl`;
      link.click();
      URL.revokeObjectURL(url);
    } catch (error) {
      setFailure(failureWords(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <span role="alert" className={styles["bad"]}>
        {failure}
      </span>
      <Button disabled={busy} onClick={() => void save()}>
        {busy ? "Exporting …" : `Export ${taskId}`}
      </Button>
    </>
  );
}

type Answer = { readonly check: ExportCheck } | { readonly failure: string };

export function VerifyExport() {
  const file = useRef<HTMLInputElement>(null);
  const [name, setName] = useState<string>();
  const [answer, setAnswer] = useState<Answer>();
  const verify = async (chosen: File): Promise<void> => {
    setName(chosen.name);
    setAnswer(undefined);
    try {
      const headers = { "content-type": "application/x-ndjson" };
      const response = await request("/v1/exports/verify", {
        method: "POST",
        headers,
        body: chosen,
      });
      setAnswer({ check: (await response.json()) as ExportCheck });
    } catch (error) {
      setAnswer({ failure: failureWords(error) });
    }
  };
  const close = (): void => setName(undefined);
  return (
    <>
      <Button onClick={() => file.current?.click()}>Verify a file …</Button>
      <input
        ref={file}
        type="file"
        className="unseen"
        tabIndex={-1}
        aria-label="An exported task"
        onChange={({ target }) => {
          const [chosen] = target.files ?? [];
          // The same file may be chosen again.
          target.value = "";
          if (chosen !== undefined) void verify(chosen);
        }}
      />
      <Dialog open={name !== undefined} close={close} title={name ?? ""}>
        <div role="status">
          {answer === undefined ? <p>It is read …</p> : <Checked answer={answer} />}
        </div>
      </Dialog>
    </>
  );
}

function Checked({ answer }: { answer: Answer }) {
  if ("failure" in answer) return <p className={styles["bad"]}>{answer.failure}</p>;
  const { ok, problem, agent, taskId, events, artifacts, signature, keyId } = answer.check;
  return (
    <div className={styles["rows"]}>
      <p className={ok ? styles["good"] : styles["bad"]}>
        <strong>
          {ok ? "It is whole: nothing was changed, left out or put in." : "It is not whole."}
        </strong>
      </p>
      {problem === undefined ? null : (
        <p>
          Line {problem.line}
          {problem.seq === undefined ? "" : `, entry #${problem.seq}`}: {problem.problem}
        </p>
      )}
      <p className={styles["quiet"]}>
        {agent === undefined ? "" : `${agent}/${taskId ?? ""}: `}
        {count(events)} entries, {count(artifacts)} artifacts; signature: {signature}
        {keyId === undefined ? "" : ` by ${keyId}`}
      </p>
    </div>
  );
}
