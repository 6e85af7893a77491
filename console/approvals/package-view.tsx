// Owns all that a decision is on: the exact call, what it rests on and what of that has changed, who asks and who
// may decide, and what happened so far. Evidence is one click away.
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ApprovalView } from "../../contract/approval-api.ts";
import type { ApprovalNotice, CapturedChange, Deciders } from "../../contract/approval.ts";
import type { StoredText } from "../../contract/artifact.ts";
import { prettyJson, Stored } from "../controls/stored.tsx";
import { Ago } from "../controls/time.tsx";
import { bytes } from "../controls/time-words.ts";
import { Diff } from "./diff.tsx";
import styles from "./approvals.module.css";

export function PackageView({ approval }: { approval: ApprovalView }) {
  return (
    <div className={styles["columns"]}>
      <div className={styles["panels"]}>
        <Call approval={approval} />
        <Changes approval={approval} />
        <Evidence approval={approval} />
      </div>
      <div className={styles["panels"]}>
        <People approval={approval} />
        <History history={approval.history} />
      </div>
    </div>
  );
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles["panel"]}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className={styles["facts"]}>
      {rows
        .filter(([, value]) => value !== undefined && value !== "")
        .map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

function Call({ approval: { call, edited, digest, requester } }: { approval: ApprovalView }) {
  const { agent, taskId } = requester;
  return (
    <Panel title="The call">
      <Facts
        rows={[
          ["Tool", `${call.tool} ${call.toolVersion}`],
          ["Class", call.effect],
          ["Touches", edited?.resource ?? call.resource],
          [
            "Task",
            <Link key="task" to="/tasks/$agent/$taskId" params={{ agent, taskId }}>
              {agent}/{taskId}
            </Link>,
          ],
        ]}
      />
      {edited === undefined ? (
        <Stored code value={pretty(call.arguments)} />
      ) : (
        <>
          <p>A person put these arguments in the place of the proposed ones:</p>
          <StoredDiff before={call.arguments} after={edited.arguments} />
        </>
      )}
      <p className={styles["digest"]}>
        <code>{digest}</code>
      </p>
    </Panel>
  );
}

function pretty(stored: StoredText): StoredText {
  return "text" in stored ? { text: prettyJson(stored.text) } : stored;
}

function StoredDiff({ before, after }: { before: StoredText; after: StoredText }) {
  if ("text" in before && "text" in after)
    return <Diff before={prettyJson(before.text)} after={prettyJson(after.text)} />;
  return (
    <>
      <Stored code value={pretty(before)} />
      <Stored code value={pretty(after)} />
    </>
  );
}

function Changes({ approval: { changes, follows } }: { approval: ApprovalView }) {
  if (changes.length === 0 && follows === undefined) return null;
  return (
    <Panel title="What has changed">
      {changes.length === 0 ? null : (
        <>
          <p>Since it was asked for:</p>
          {changes.map((change) => (
            <Change key={change.what} change={change} />
          ))}
        </>
      )}
      {follows === undefined ? null : (
        <>
          <p>
            It follows{" "}
            <Link to="/approvals/$approvalId" params={{ approvalId: follows.approvalId }}>
              another request
            </Link>
            , since when this changed:
          </p>
          {follows.changes.map((change) => (
            <Change key={change.what} change={change} />
          ))}
        </>
      )}
    </Panel>
  );
}

function Change({ change }: { change: CapturedChange }) {
  const { what, captured, now, capturedValue, nowValue } = change;
  return (
    <div>
      <strong>{what.replaceAll("-", " ")}</strong>
      <Diff before={prettyJson(capturedValue ?? captured)} after={prettyJson(nowValue ?? now)} />
    </div>
  );
}

function Evidence({ approval: { evidence, requester } }: { approval: ApprovalView }) {
  const { agent, taskId } = requester;
  const { events, artifacts } = evidence;
  return (
    <Panel title="What led to it">
      <ul className={styles["links"]}>
        {events.map(({ seq }) => (
          <li key={seq}>
            <Link
              to="/tasks/$agent/$taskId"
              params={{ agent, taskId }}
              search={{ entry: String(seq) }}
            >
              Entry #{seq} of the log
            </Link>
          </li>
        ))}
        {artifacts.map(({ sha256, size }) => (
          <li key={sha256}>
            <Stored value={{ artifact: { sha256, size, mediaType: "application/octet-stream" } }} />{" "}
            <code>{sha256.slice(0, 12)}</code>, {bytes(size)}
          </li>
        ))}
      </ul>
    </Panel>
  );
}

function decidersText(deciders: Deciders): string {
  return deciders === "anyone" ? "anyone" : deciders.join(", ");
}

function People({ approval }: { approval: ApprovalView }) {
  const { requester, owner, deciders, excluded, approvals, quorum, requestedAt, expiresAt } =
    approval;
  return (
    <Panel title="Who">
      <Facts
        rows={[
          ["Asked by", requester.by],
          ["Owner", owner],
          ["May decide", decidersText(deciders)],
          ["May not", excluded.join(", ")],
          ["Approvals", `${approvals} of ${quorum}`],
          ["Asked", <Ago key="asked" at={requestedAt} />],
          ["Denied", <Ago key="denied" at={expiresAt} />],
        ]}
      />
    </Panel>
  );
}

function History({ history }: { history: readonly ApprovalNotice[] }) {
  if (history.length === 0) return null;
  return (
    <Panel title="So far">
      <ol className={styles["history"]}>
        {history.map((notice, at) => (
          <li key={`${notice.type} ${at}`}>
            <Ago at={notice.at} />
            <span>{noticeWords(notice)}</span>
          </li>
        ))}
      </ol>
    </Panel>
  );
}

function noticeWords(notice: ApprovalNotice): string {
  switch (notice.type) {
    case "opened":
      return "can be decided on";
    case "recorded":
      return `${notice.receipt.by ?? "somebody"} ${notice.receipt.decision}: ${notice.approvals} of ${notice.quorum}`;
    case "decided":
      return `${notice.by.join(", ") || "somebody"} ${notice.decision === "approve" ? "approved" : "rejected"} it`;
    case "refused":
      return `${notice.by ?? "somebody"} may not ${notice.decision}: ${notice.reason}`;
    case "mismatch":
      return `${notice.by ?? "somebody"} decided on something else: ${notice.reason}`;
    case "asked":
      return `${notice.receipt.by ?? "somebody"} asks: ${notice.question}`;
    case "claimed":
      return `${notice.by} looks at it${notice.from === undefined ? "" : `, in the place of ${notice.from}`}`;
    case "released":
      return `${notice.by} does not look at it any more`;
    case "reminded":
      return "nobody had decided: a reminder";
    case "escalated":
      return `nobody had decided: ${decidersText(notice.to)} may decide too`;
    case "expired":
      return "nobody decided in time: denied";
    case "withdrawn":
    case "blocked":
      return `${notice.type}: ${notice.reason}`;
    case "stale":
      return `changed: ${notice.changes.map(({ what }) => what).join(", ")}`;
  }
}
