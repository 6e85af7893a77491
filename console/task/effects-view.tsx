// Owns what a task has changed in the world: each effect with its class, its outcome, and by what it was allowed.
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { Mark } from "../controls/mark.tsx";
import { Empty } from "../controls/notice.tsx";
import type { Tone } from "../controls/status.ts";
import { Ago } from "../controls/time.tsx";
import { type Effect, type EffectOutcome, effectsOf } from "./effects.ts";
import styles from "./plain-table.module.css";
import type { LogView } from "./task-log.ts";
import type { TaskName } from "./use-task-log.ts";

const TONES: Readonly<Record<EffectOutcome, Tone>> = {
  applied: "good",
  failed: "calm",
  unknown: "bad",
  cancelled: "calm",
  undone: "calm",
  "not undone": "warn",
};

export function EffectsView({ name, log }: { name: TaskName; log: LogView }) {
  const { events, length } = log;
  const effects = useMemo(() => effectsOf(events.slice(0, length)), [events, length]);
  if (effects.length === 0)
    return (
      <Empty title="It has changed nothing outside">Calls that only read are in the story.</Empty>
    );
  return (
    <div className={styles["scroller"]} tabIndex={0} role="region" aria-label="Effects">
      <table className={styles["table"]}>
        <thead>
          <tr>
            {["Tool", "Class", "Outcome", "Allowed by", "When", "Entry"].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {effects.map((effect) => (
            <Row key={effect.operationId} name={name} effect={effect} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ name, effect }: { name: TaskName; effect: Effect }) {
  const { tool, toolVersion, outcome, approved, grantId, via, at, seq } = effect;
  const allowed = [
    approved ? "approval" : undefined,
    grantId === undefined ? undefined : `grant ${grantId}`,
  ];
  return (
    <tr>
      <td>
        <strong>{tool}</strong> {toolVersion}
      </td>
      <td>{effect.effect}</td>
      <td>
        <Mark tone={TONES[outcome]}>{outcome}</Mark> {via === undefined ? "" : `by ${via}`}
      </td>
      <td>{allowed.filter((each) => each !== undefined).join(", ") || "policy"}</td>
      <td>
        <Ago at={at} />
      </td>
      <td>
        <Link to="/tasks/$agent/$taskId" params={name} search={{ entry: String(seq) }}>
          #{seq}
        </Link>
      </td>
    </tr>
  );
}
