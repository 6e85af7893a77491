// Owns the small coloured words: a task's status, an effect's class, an outcome.
import type { ReactNode } from "react";
import type { TaskStatus } from "../../contract/status.ts";
import styles from "./mark.module.css";
import { STATUS, type Tone } from "./status.ts";

export function Mark({ tone, sign, children }: { tone: Tone; sign?: string; children: ReactNode }) {
  return (
    <span className={`${styles["mark"]} ${styles[tone]}`}>
      {sign === undefined ? null : (
        <span className={styles["sign"]} aria-hidden="true">
          {sign}
        </span>
      )}
      {children}
    </span>
  );
}

export function StatusMark({ status, stuck }: { status: TaskStatus; stuck?: boolean }) {
  const { tone, mark } = STATUS[status];
  return (
    <>
      <Mark tone={tone} sign={mark}>
        {status}
      </Mark>
      {stuck === true ? (
        <>
          {" "}
          <Mark tone="bad" sign="!">
            stuck
          </Mark>
        </>
      ) : null}
    </>
  );
}
