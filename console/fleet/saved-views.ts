// Owns a person's own views of the fleet: a name and a filter each, kept in this browser.
import { definePreference } from "../app/preferences.ts";
import type { TaskFilter } from "./merge-tasks.ts";

export interface SavedView {
  readonly label: string;
  readonly filter: TaskFilter;
}

const FIELDS = ["status", "agent", "owner", "taskIdPrefix", "stuck"] as const;

export const savedViews = definePreference<readonly SavedView[]>("views", [], (value) => {
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((each: unknown) => {
    if (typeof each !== "object" || each === null) return [];
    const { label, filter } = each as { readonly label?: unknown; readonly filter?: unknown };
    if (typeof label !== "string" || typeof filter !== "object" || filter === null) return [];
    const given = filter as Readonly<Record<string, unknown>>;
    const known = FIELDS.filter((name) => typeof given[name] === "string");
    return [{ label, filter: Object.fromEntries(known.map((name) => [name, given[name]])) }];
  });
});
