// Owns the keys of budgets, and which budgets one draws on. Locks are taken in the order child
// task, parent task, owner, tenant, day; the way back is always a send (L15).
import type { BudgetLevel, BudgetPlace } from "../../contract/budget.ts";
import { sha256 } from "../digest.ts";
import type { BudgetSettings } from "./settings.ts";
import { utcDate } from "./utc-date.ts";

/** A budget's key, taken apart. A desk stands before a tenant's or a day's budget. */
export type BudgetName =
  | { readonly level: "task"; readonly taskUid: string }
  | { readonly level: "owner"; readonly tenant: string; readonly owner: string }
  | { readonly level: "tenant"; readonly tenant: string; readonly desk?: number }
  | {
      readonly level: "day";
      readonly tenant: string;
      readonly date: string;
      readonly desk?: number;
    };

/** Names are percent-encoded, so that a "/" in one cannot make it another's. */
export function budgetKey(name: BudgetName): string {
  const desk = "desk" in name && name.desk !== undefined ? [String(name.desk)] : [];
  switch (name.level) {
    case "task":
      return join("task", [name.taskUid]);
    case "owner":
      return join("owner", [name.tenant, name.owner]);
    case "tenant":
      return join("tenant", [name.tenant, ...desk]);
    case "day":
      return join("day", [name.tenant, name.date, ...desk]);
  }
}

function join(level: BudgetLevel, names: readonly string[]): string {
  return [level, ...names.map(encodeURIComponent)].join("/");
}

const DATE = /^\d{4}-\d\d-\d\d$/;
const DESK = /^\d{1,2}$/;

/** The budget that a key names, or undefined when it names none. */
export function parseBudgetKey(key: string): BudgetName | undefined {
  const name = readKey(key);
  // One key per budget: a name that is encoded in another way is not one.
  return name !== undefined && budgetKey(name) === key ? name : undefined;
}

function readKey(key: string): BudgetName | undefined {
  const [level, ...encoded] = key.split("/");
  const names = encoded.map(decode);
  const [first = "", second, third] = names;
  if (first === "" || names.length > 3 || names.includes("")) return undefined;
  if (level === "task") return second === undefined ? { level, taskUid: first } : undefined;
  if (level === "owner") {
    if (second === undefined || third !== undefined) return undefined;
    return { level, tenant: first, owner: second };
  }
  if (level === "tenant") {
    if (second === undefined) return { level, tenant: first };
    return third === undefined && DESK.test(second)
      ? { level, tenant: first, desk: Number(second) }
      : undefined;
  }
  if (level !== "day" || second === undefined || !DATE.test(second)) return undefined;
  if (third === undefined) return { level, tenant: first, date: second };
  return DESK.test(third) ? { level, tenant: first, date: second, desk: Number(third) } : undefined;
}

function decode(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return "";
  }
}

/**
 * The keys of the budgets that a budget draws on, in the order in which they are asked. `place`
 * is a task's, `at` the time whose UTC date is the day; other levels need neither.
 */
export function sourcesOf(
  key: string,
  settings: BudgetSettings,
  place?: BudgetPlace,
  at?: number,
): readonly string[] {
  const name = parseBudgetKey(key);
  switch (name?.level) {
    case "task":
      return place === undefined ? [] : sourcesOfTask(name.taskUid, settings, place, at);
    case "owner":
      return tenantDesk(settings, name.tenant, key);
    case "tenant":
      return name.desk === undefined ? [] : [budgetKey({ level: "tenant", tenant: name.tenant })];
    case "day":
      return name.desk === undefined
        ? []
        : [budgetKey({ level: "day", tenant: name.tenant, date: name.date })];
    case undefined:
      return [];
  }
}

function sourcesOfTask(
  taskUid: string,
  settings: BudgetSettings,
  place: BudgetPlace,
  at: number | undefined,
): readonly string[] {
  const { tenant, owner, ancestors = [] } = place;
  const [parent] = ancestors;
  const { levels, desks } = settings;
  const above = (): readonly string[] => {
    if (parent !== undefined) return [budgetKey({ level: "task", taskUid: parent })];
    if (owner !== undefined && levels.owner !== undefined)
      return [budgetKey({ level: "owner", tenant, owner })];
    return tenantDesk(settings, tenant, taskUid);
  };
  if (levels.day === undefined || at === undefined) return above();
  const day = { level: "day", tenant, date: utcDate(at) } as const;
  return [...above(), budgetKey(desks === 1 ? day : { ...day, desk: deskOf(taskUid, desks) })];
}

function tenantDesk(
  { levels, desks }: BudgetSettings,
  tenant: string,
  who: string,
): readonly string[] {
  if (levels.tenant === undefined) return [];
  if (desks === 1) return [budgetKey({ level: "tenant", tenant })];
  return [budgetKey({ level: "tenant", tenant, desk: deskOf(who, desks) })];
}

function deskOf(who: string, desks: number): number {
  return Number.parseInt(sha256(who).slice(0, 8), 16) % desks;
}

/** The place of the parent of a task that stands here. */
export function placeOfParent({ tenant, owner, ancestors = [] }: BudgetPlace): BudgetPlace {
  return { tenant, ...(owner === undefined ? {} : { owner }), ancestors: ancestors.slice(1) };
}
