// Owns the views of the fleet: which tasks each one shows, and how many those are. Pure.
import type { TaskCounts } from "../../contract/lists.ts";
import type { TaskStatus } from "../../contract/status.ts";
import { STATUS, type StatusGroup, statusesOf } from "../controls/status.ts";
import type { TaskFilter } from "./merge-tasks.ts";

export interface View {
  readonly label: string;
  readonly filter: TaskFilter;
  /** The key behind `v`. */
  readonly key?: string;
}

const status = (...groups: readonly StatusGroup[]): string => statusesOf(...groups).join(",");

export const VIEWS: readonly View[] = [
  { label: "All", filter: {}, key: "a" },
  { label: "Needs a person", filter: { status: status("person") }, key: "n" },
  { label: "Stuck", filter: { stuck: "true" }, key: "s" },
  { label: "At work", filter: { status: status("working", "waiting") }, key: "w" },
  { label: "Held", filter: { status: status("held") }, key: "h" },
  { label: "Failed", filter: { status: status("failed") }, key: "x" },
  { label: "Idle", filter: { status: status("idle") }, key: "i" },
  { label: "Ended", filter: { status: status("ended") }, key: "e" },
];

/** Whether both show the same tasks. */
export function sameFilter(one: TaskFilter, other: TaskFilter): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered(filter: TaskFilter): readonly (readonly [string, unknown])[] {
  return Object.entries(filter)
    .filter(([, value]) => value !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
}

/** The two filters that `counts` takes hold for it already. */
export function countShown({ rows }: TaskCounts, { status: of, stuck }: TaskFilter): number {
  const statuses = of?.split(",");
  return rows
    .filter((row) => statuses === undefined || statuses.includes(row.status))
    .reduce((sum, row) => sum + (stuck === undefined ? row.tasks : row.stuck), 0);
}

export interface StatusCount {
  readonly status: TaskStatus;
  readonly tasks: number;
}

/** Of each status that there is, in the order of the contract's list. */
export function countByStatus({ rows }: TaskCounts, of?: string): readonly StatusCount[] {
  const shown = of?.split(",");
  return (Object.keys(STATUS) as TaskStatus[])
    .filter((name) => shown === undefined || shown.includes(name))
    .map((name) => ({
      status: name,
      tasks: rows.filter((row) => row.status === name).reduce((sum, { tasks }) => sum + tasks, 0),
    }))
    .filter(({ tasks }) => tasks > 0);
}
