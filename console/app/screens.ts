// Owns what the navigation offers, in its order. A screen whose route of the gateway does not take the caller
// is not offered.

export interface ScreenLink {
  /** A path of routes.tsx without parameters. */
  readonly to: "/" | "/approvals" | "/effects" | "/schedules" | "/rules" | "/budgets" | "/audit";
  readonly label: string;
  /** The key behind `g`. */
  readonly key: string;
  /** The route of the gateway that it cannot do without. */
  readonly needs: string;
}

export const SCREENS: readonly ScreenLink[] = [
  { to: "/", label: "Fleet", key: "f", needs: "task.list" },
  { to: "/approvals", label: "Approvals", key: "a", needs: "approval.list" },
  { to: "/effects", label: "Effects", key: "e", needs: "effect.unknown" },
  { to: "/schedules", label: "Schedules", key: "s", needs: "schedule.list" },
  { to: "/rules", label: "Rules", key: "r", needs: "stop.list" },
  { to: "/budgets", label: "Budgets", key: "b", needs: "budget.list" },
  { to: "/audit", label: "Audit", key: "u", needs: "audit.search" },
];
