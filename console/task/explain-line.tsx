// Owns the answer to "why is it not moving", on top of everything: one line, and behind it what keeps the task, who
// can bring it on, and what happens then.
import type { Blocker, Explanation, Unblocker } from "../../contract/explanation.ts";
import { Failed } from "../controls/notice.tsx";
import { Ago } from "../controls/time.tsx";
import { fullTime, momentWords } from "../controls/time-words.ts";
import { useNow } from "../controls/use-now.ts";
import { explainWords } from "./explain-words.ts";
import styles from "./task.module.css";
import { type TaskName, useExplanation } from "./use-task-log.ts";

export function ExplainLine({ name }: { name: TaskName }) {
  const { data, error, refetch } = useExplanation(name);
  const now = useNow(60);
  if (error !== null && data === undefined) return <Failed error={error} retry={refetch} />;
  const line =
    data === undefined ? undefined : explainWords(data.text, (at) => momentWords(at, now));
  return (
    <section
      className={styles["explain"]}
      aria-label="Why"
      data-stuck={data?.stuck === undefined ? undefined : ""}
    >
      <p className={styles["why"]} role="status">
        {line ?? "Asking why …"}
      </p>
      {data === undefined ? null : <Details explanation={data} />}
    </section>
  );
}

function Details({ explanation }: { explanation: Explanation }) {
  const { blockers, onResume, nextWakeAt, recoveryOwner, runbook, engine } = explanation;
  return (
    <details className={styles["details"]}>
      <summary>
        {blockers.length === 1 ? "What keeps it" : `${blockers.length} things keep it`}, and what
        comes next
      </summary>
      <ul>
        {blockers.map((blocker) => (
          <Kept
            key={`${blocker.kind} ${blocker.what} ${blocker.operationId ?? ""}`}
            blocker={blocker}
          />
        ))}
      </ul>
      <p>
        Then: {onResume.next}, at step {onResume.step} of turn {onResume.turn}.
        {onResume.pending.length === 0 ? "" : ` Before that: ${onResume.pending.join("; ")}.`}
        {nextWakeAt === undefined ? "" : ` It looks again ${fullTime(nextWakeAt)}.`}
      </p>
      {onResume.lastError === undefined ? null : (
        <p>
          Last error: {onResume.lastError.code} at step {onResume.lastError.step},{" "}
          <Ago at={onResume.lastError.at} />. {onResume.lastError.message}
        </p>
      )}
      {engine?.segment?.failure === undefined ? null : (
        <p>
          The engine has tried its segment {engine.segment.attempts} times: {engine.segment.failure}
        </p>
      )}
      <p>
        If it stays so, {recoveryOwner} looks after it, by <code>{runbook}</code>.
      </p>
    </details>
  );
}

function Kept({ blocker }: { blocker: Blocker }) {
  const { kind, what, since, until, who } = blocker;
  return (
    <li>
      <strong>{what}</strong> ({kind}), <Ago at={since} />
      {until === undefined ? "" : `, until ${fullTime(until)}`}. {whoWords(who)}
    </li>
  );
}

const WHO: Readonly<Record<Unblocker["kind"], string>> = {
  runtime: "It goes on by itself.",
  operator: "An operator can bring it on",
  owner: "Its owner can bring it on",
  deciders: "A decider can bring it on",
  user: "A user can bring it on",
  outside: "It comes from outside.",
  nobody: "Nobody can bring it on.",
};

function whoWords({ kind, names }: Unblocker): string {
  const words = WHO[kind];
  if (words.endsWith(".")) return words;
  if (names === undefined) return `${words}.`;
  return `${words}: ${names === "anyone" ? "anyone" : names.join(", ")}.`;
}
