// Owns what the model was asked and what that has used: the sums, and each step with what it was sent.
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { Button } from "../controls/button.tsx";
import { Empty } from "../controls/notice.tsx";
import { count, money, spanWords } from "../controls/time-words.ts";
import styles from "./model.module.css";
import { lineOf } from "./story/line-of.ts";
import { Fact } from "./task-head.tsx";
import type { LogView } from "./task-log.ts";
import { type ModelStep, sentIn, type Usage, usageOf } from "./usage.ts";
import type { TaskName } from "./use-task-log.ts";

/** Steps that are drawn at first; the newest. */
const SHOWN = 50;

export function ModelView({ name, log }: { name: TaskName; log: LogView }) {
  const { events, length } = log;
  const usage = useMemo(() => usageOf(events.slice(0, length)), [events, length]);
  const [shown, setShown] = useState(SHOWN);
  const { steps } = usage;
  if (steps.length === 0) return <Empty title="The model has not answered yet" />;
  const most = Math.max(
    ...steps.map(({ usage: { inputTokens, outputTokens } }) => inputTokens + outputTokens),
  );
  return (
    <div className={styles["view"]}>
      <Sums usage={usage} />
      <ol className={styles["steps"]}>
        {steps
          .slice(-shown)
          .toReversed()
          .map((step) => (
            <Step key={step.seq} name={name} log={log} step={step} most={most} />
          ))}
      </ol>
      {steps.length > shown ? (
        <Button onClick={() => setShown(shown + SHOWN)}>
          Show {count(Math.min(SHOWN, steps.length - shown))} more
        </Button>
      ) : null}
    </div>
  );
}

function Sums({ usage }: { usage: Usage }) {
  const {
    steps,
    inputTokens,
    cachedTokens,
    outputTokens,
    reasoningTokens,
    modelMs,
    toolCalls,
    toolMs,
  } = usage;
  return (
    <dl className={styles["sums"]}>
      <Fact label="Answers">{count(steps.length)}</Fact>
      <Fact label="Tokens in">
        {count(inputTokens)}
        {cachedTokens === 0 ? "" : `, ${count(cachedTokens)} of them cached`}
      </Fact>
      <Fact label="Tokens out">
        {count(outputTokens)}
        {reasoningTokens === 0 ? "" : `, ${count(reasoningTokens)} of them reasoning`}
      </Fact>
      <Fact label="Model at work">{spanWords(modelMs)}</Fact>
      <Fact label="Tools at work">
        {spanWords(toolMs)}, {count(toolCalls)} calls
      </Fact>
      <Fact label="Cost">
        {usage.money === undefined ? "no budget counts it" : money(usage.money)}
      </Fact>
    </dl>
  );
}

interface StepProps {
  readonly name: TaskName;
  readonly log: LogView;
  readonly step: ModelStep;
  /** Tokens of the largest step. */
  readonly most: number;
}

function Step({ name, log, step, most }: StepProps) {
  const [open, setOpen] = useState(false);
  const { inputTokens, outputTokens, cachedInputTokens = 0 } = step.usage;
  const width = (tokens: number): string => `${((tokens / Math.max(most, 1)) * 100).toFixed(2)}%`;
  return (
    <li className={styles["step"]}>
      <p>
        <Link to="/tasks/$agent/$taskId" params={name} search={{ entry: String(step.seq) }}>
          Step {step.step}
        </Link>{" "}
        {step.provider} {step.model}, {spanWords(step.durationMs)}
      </p>
      <div className={styles["tokens"]}>
        <span className={styles["cached"]} style={{ width: width(cachedInputTokens) }} />
        <span className={styles["in"]} style={{ width: width(inputTokens - cachedInputTokens) }} />
        <span className={styles["out"]} style={{ width: width(outputTokens) }} />
      </div>
      <p className={styles["quiet"]}>
        {count(inputTokens)} in
        {cachedInputTokens === 0 ? "" : ` (${count(cachedInputTokens)} cached)`},{" "}
        {count(outputTokens)} out
      </p>
      <Button look="bare" aria-expanded={open} onClick={() => setOpen(!open)}>
        {open ? "Close" : "What it was sent"}
      </Button>
      {open ? <Sent name={name} log={log} step={step} /> : null}
    </li>
  );
}

/** As far as the log has it: the entries that its context was made of, and the digests that prove it. */
function Sent({ name, log, step }: Omit<StepProps, "most">) {
  const sent = sentIn(log.events, step);
  return (
    <div className={styles["sent"]}>
      <p className={styles["quiet"]}>
        The instructions and tools of manifest <code>{step.manifest.slice(0, 12)}</code>, and what{" "}
        {count(sent.length)} entries say, up to #{step.contextTo} (
        <code>{step.contextDigest.slice(0, 12)}</code>); the request's digest is{" "}
        <code>{step.requestDigest.slice(0, 12)}</code>.
      </p>
      <ol>
        {sent.slice(-SHOWN).map((event) => (
          <li key={event.seq}>
            <Link to="/tasks/$agent/$taskId" params={name} search={{ entry: String(event.seq) }}>
              #{event.seq}
            </Link>{" "}
            {lineOf(event).title}
          </li>
        ))}
      </ol>
      {sent.length > SHOWN ? (
        <p>
          The newest {SHOWN} of {count(sent.length)}.
        </p>
      ) : null}
    </div>
  );
}
