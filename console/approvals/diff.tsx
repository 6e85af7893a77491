// Owns how two texts are shown side by side in one: what went, what came, and a little around it.
import { diffLines, shortened } from "../task/line-diff.ts";
import styles from "../task/plain-table.module.css";

export function Diff({ before, after }: { before: string; after: string }) {
  if (before === after) return <p>Nothing differs.</p>;
  const lines = shortened(diffLines(before, after));
  return (
    <pre className={styles["diff"]}>
      {lines.map((line, at) =>
        line === undefined ? (
          <span key={`gap ${at}`} data-sign=" ">
            …
          </span>
        ) : (
          <span key={`${line.sign} ${at}`} data-sign={line.sign}>
            {line.sign} {line.text}
          </span>
        ),
      )}
    </pre>
  );
}
