// Owns the short tables of these screens: headings, rows, and scrolling by keys where they are wider than the window.
import type { ReactNode } from "react";
import styles from "./oversee.module.css";

export interface Heading {
  readonly title: string;
  /** Its cells are numbers. */
  readonly number?: boolean;
}

export interface TableProps {
  readonly label: string;
  readonly headings: readonly (string | Heading)[];
  /** `tr` elements. */
  readonly children: ReactNode;
}

export function Table({ label, headings, children }: TableProps) {
  return (
    <div className={styles["scroller"]} tabIndex={0} role="region" aria-label={label}>
      <table className={styles["table"]}>
        <thead>
          <tr>
            {headings.map((heading, at) => {
              const { title, number }: Heading =
                typeof heading === "string" ? { title: heading } : heading;
              return (
                <th
                  key={`${title} ${at}`}
                  scope="col"
                  data-number={number === true ? "" : undefined}
                >
                  {title === "" ? <span className="unseen">Acts</span> : title}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
