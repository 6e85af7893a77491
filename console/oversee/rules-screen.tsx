// Owns the screen of what may be done at all: the stops in force and their record, the agents' tools with who
// decides about them, and the policies.
import type { AgentRules, RulesView } from "../../contract/oversight.ts";
import { useCaller } from "../api/caller.tsx";
import { RiskMark } from "../approvals/risk-mark.tsx";
import { useRules } from "../approvals/use-approvals.ts";
import { Empty, Failed, Loading } from "../controls/notice.tsx";
import { spanWords } from "../controls/time-words.ts";
import styles from "./oversee.module.css";
import { Stops } from "./stops.tsx";
import { Table } from "./table.tsx";

export function RulesScreen() {
  const { may } = useCaller();
  const { data, error, isPending, refetch } = useRules(may("rules.show"));
  return (
    <>
      <h1>Rules and stops</h1>
      <Stops rules={data} />
      {may("rules.show") ? (
        <>
          {error === null ? null : <Failed error={error} retry={refetch} />}
          {isPending ? <Loading what="the rules" /> : null}
          {data === undefined ? null : <Rules rules={data} />}
        </>
      ) : null}
    </>
  );
}

function Rules({ rules }: { rules: RulesView }) {
  const { agents, policies, policyVersion } = rules;
  return (
    <>
      {agents.map((agent) => (
        <Agent key={agent.agent} agent={agent} />
      ))}
      <section className={styles["section"]}>
        <h2>Policies</h2>
        <p className={styles["quiet"]}>
          Version <code>{policyVersion.slice(0, 16)}</code>
        </p>
        {policies.length === 0 ? (
          <Empty title="Their text is not shown to a tenant">
            All tenants are judged by the same policies, which may name another one.
          </Empty>
        ) : (
          policies.map(({ id, text }) => (
            <details key={id}>
              <summary>{id}</summary>
              <pre className={styles["source"]}>{text}</pre>
            </details>
          ))
        )}
      </section>
    </>
  );
}

function Agent({ agent: { agent, version, grants, tools } }: { agent: AgentRules }) {
  return (
    <section className={styles["section"]}>
      <h2>
        {agent} <span className={styles["quiet"]}>{version}</span>
      </h2>
      {tools.length === 0 ? <p className={styles["quiet"]}>It has no tools.</p> : null}
      {tools.length === 0 ? null : (
        <Table
          label={`Tools of ${agent}`}
          headings={["Tool", "Class", "Risk", "Approval", "May decide", "How many", "Denied after"]}
        >
          {tools.map(({ tool, version: toolVersion, effect, risk, approval, rule }) => (
            <tr key={tool}>
              <td>
                <strong>{tool}</strong> <span className={styles["quiet"]}>{toolVersion}</span>
              </td>
              <td>{effect}</td>
              <td>
                <RiskMark risk={risk} />
              </td>
              <td>{approval === "default" ? "as its class" : approval}</td>
              <td>{decidersText(rule.deciders)}</td>
              <td>{rule.quorum}</td>
              <td>{spanWords(rule.expiresAfterMs)}</td>
            </tr>
          ))}
        </Table>
      )}
      {grants === undefined ? null : (
        <details>
          <summary>Its tasks may do at most what {grants.length} grants say</summary>
          <pre className={styles["source"]}>{JSON.stringify(grants, null, 2)}</pre>
        </details>
      )}
    </section>
  );
}

function decidersText(deciders: "anyone" | readonly string[]): string {
  if (deciders === "anyone") return deciders;
  return deciders.length === 0 ? "named persons" : deciders.join(", ");
}
