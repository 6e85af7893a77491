// Owns the plot of what was used day by day, against the day's limit (uPlot). The table below it has the same in
// words.
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { BudgetDimension } from "../../contract/budget.ts";
import { type Budget, DIMENSIONS, pointsOf } from "./budget-words.ts";
import styles from "./oversee.module.css";

const HEIGHT_PX = 200;
const DAY_SECONDS = 86_400;

export interface DayPlotProps {
  readonly budgets: readonly Budget[];
  readonly dimension: BudgetDimension;
}

export function DayPlot({ budgets, dimension }: DayPlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const points = JSON.stringify(pointsOf(budgets, dimension));
  const days = budgets.filter(({ date }) => date !== undefined).length;
  useEffect(() => {
    const at = place.current;
    if (at === null) return undefined;
    const data = JSON.parse(points) as ReturnType<typeof pointsOf>;
    const plot = new uPlot(optionsOf(at, dimension, data[0]), data, at);
    const resized = new ResizeObserver(() =>
      plot.setSize({ width: widthOf(at), height: HEIGHT_PX }),
    );
    resized.observe(at);
    return () => {
      resized.disconnect();
      plot.destroy();
    };
  }, [points, dimension]);
  if (days === 0) return null;
  return (
    <figure className={styles["plot"]} aria-label={`${DIMENSIONS[dimension]} by day`}>
      <div ref={place} />
    </figure>
  );
}

function widthOf(at: HTMLElement): number {
  return Math.max(200, at.clientWidth);
}

function optionsOf(
  at: HTMLElement,
  dimension: BudgetDimension,
  days: readonly number[],
): uPlot.Options {
  const [first = 0] = days;
  const last = days.at(-1) ?? first;
  const colour = (name: string): string => {
    // What a token is in this theme: a canvas takes no variables.
    const probe = document.createElement("span");
    probe.style.color = `var(${name})`;
    at.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  };
  const axis = { stroke: colour("--quiet"), grid: { stroke: colour("--line"), width: 1 } };
  return {
    width: widthOf(at),
    height: HEIGHT_PX,
    scales: {
      x: { range: () => [first - DAY_SECONDS, last + DAY_SECONDS] },
      y: { range: (_, __, most) => [0, most > 0 ? most * 1.1 : 1] },
    },
    axes: [axis, { ...axis, size: 70 }],
    series: [
      { label: "Day", value: "{YYYY}-{MM}-{DD}" },
      {
        label: DIMENSIONS[dimension],
        stroke: colour("--accent"),
        width: 2,
        points: { show: true, size: 7, fill: colour("--accent") },
      },
      {
        label: "With what is held back",
        stroke: colour("--quiet"),
        dash: [2, 4],
        points: { show: true, size: 5, fill: colour("--quiet") },
      },
      { label: "Limit", stroke: colour("--bad"), dash: [6, 4], points: { show: false } },
    ],
  };
}
