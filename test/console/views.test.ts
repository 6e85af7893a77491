// Shows what the fleet's views count, and that each status is in one view that a person would look for it in.
import { describe, expect, it } from "vitest";
import { countByStatus, countShown, sameFilter, VIEWS } from "../../console/fleet/views.ts";
import { STATUS, statusesOf } from "../../console/controls/status.ts";
import { TASK_STATUSES } from "../../contract/status.ts";
import { STATUS_CARE } from "../../core/watch/status-care.ts";

const row = (agent: string, status: (typeof TASK_STATUSES)[number], tasks: number, stuck = 0) => ({
  agent,
  status,
  tasks,
  stuck,
});
const counts = {
  rows: [
    row("a", "idle", 5),
    row("a", "needs-operator", 2, 2),
    row("b", "waiting-approval", 3, 1),
    row("b", "idle", 1),
  ],
};
const filterOf = (label: string) => VIEWS.find((view) => view.label === label)?.filter ?? {};

describe("R75 the fleet's views", () => {
  it("count what needs a person, what is stuck, and all", () => {
    expect(countShown(counts, filterOf("All"))).toBe(11);
    expect(countShown(counts, filterOf("Needs a person"))).toBe(5);
    expect(countShown(counts, filterOf("Stuck"))).toBe(3);
    expect(countByStatus(counts, filterOf("Idle").status)).toEqual([{ status: "idle", tasks: 6 }]);
  });

  it("have each status of the contract in exactly one", () => {
    const views = VIEWS.flatMap(({ filter: { status } }) => status?.split(",") ?? []);
    expect(views.toSorted()).toEqual(TASK_STATUSES.toSorted());
    expect(Object.keys(STATUS).toSorted()).toEqual(TASK_STATUSES.toSorted());
  });

  it("R77 put before a person whatever its deciders, or an operator at once, have to bring on", () => {
    const ofPeople = TASK_STATUSES.filter((status) => {
      const { recovery, watch } = STATUS_CARE[status];
      return recovery === "deciders" || watch === "at-once";
    });
    expect(statusesOf("person")).toEqual(expect.arrayContaining(ofPeople));
  });

  it("are the same whatever the order of their fields", () => {
    expect(sameFilter({ status: "idle", agent: "a" }, { agent: "a", status: "idle" })).toBe(true);
    expect(sameFilter({ status: "idle" }, {})).toBe(false);
  });
});
