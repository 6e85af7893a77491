// Owns what stands where there is nothing to show: not yet, nothing at all, or not to be had.
import type { ReactNode } from "react";
import { isProblem } from "../api/gateway.ts";
import { Button } from "./button.tsx";
import styles from "./notice.module.css";

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles["notice"]}>
      <p className={styles["title"]}>{title}</p>
      {children === undefined ? null : <div className={styles["words"]}>{children}</div>}
    </div>
  );
}

/** Holds the place of what comes, so that nothing moves when it is there. */
export function Loading({ what, rows = 3 }: { what: string; rows?: number }) {
  return (
    <div className={styles["loading"]} role="status">
      <span className="unseen">Loading {what}</span>
      {Array.from({ length: rows }, (_, at) => (
        <span key={at} className={styles["bar"]} aria-hidden="true" />
      ))}
    </div>
  );
}

/** A failure in the gateway's words, with what can be done. */
export function Failed({ error, retry }: { error: unknown; retry?: () => unknown }) {
  return (
    <div className={styles["failed"]} role="alert">
      <p>
        <strong>{failureTitle(error)}</strong> {failureWords(error)}
      </p>
      {retry === undefined ? null : <Button onClick={() => void retry()}>Try again</Button>}
    </div>
  );
}

export function failureWords(error: unknown): string {
  if (isProblem(error)) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : "it is not known why";
}

function failureTitle(error: unknown): string {
  if (!isProblem(error)) return "It went wrong:";
  if (error.status === 403) return "Not with your roles:";
  if (error.status === 404) return "Not there, or not yours:";
  if (error.status === 0 || error.status >= 500) return "Not to be had now:";
  return "Refused:";
}
