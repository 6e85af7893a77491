// Owns what a person has chosen for this browser: theme, shortcuts, saved views. Kept here and not at the
// gateway, which keeps nothing.
import { useSyncExternalStore } from "react";

const PREFIX = "holdfast.";
const listeners = new Set<() => void>();
/** The same text reads as the same value, so that nothing is drawn anew without need. */
const read = new Map<string, { readonly text: string; readonly value: unknown }>();

export interface Preference<T> {
  get(): T;
  set(value: T): void;
}

/** `parse` answers undefined for what is none; then it is `fallback`. */
export function definePreference<T>(
  name: string,
  fallback: T,
  parse: (value: unknown) => T | undefined,
): Preference<T> {
  const key = `${PREFIX}${name}`;
  return {
    get() {
      const text = localStorage.getItem(key);
      if (text === null) return fallback;
      const known = read.get(key);
      if (known?.text === text) return known.value as T;
      const value = parse(parsed(text)) ?? fallback;
      read.set(key, { text, value });
      return value;
    },
    set(value) {
      localStorage.setItem(key, JSON.stringify(value));
      for (const listener of listeners) listener();
    },
  };
}

export function usePreference<T>({ get }: Preference<T>): T {
  return useSyncExternalStore(subscribe, get);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  // Of another tab.
  window.addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

export type Theme = "system" | "light" | "dark";
export const THEMES: readonly Theme[] = ["system", "light", "dark"];
export const themePreference = definePreference<Theme>("theme", "system", (value) =>
  THEMES.find((each) => each === value),
);
/** Single letters; what goes with Ctrl or Cmd stays (WCAG 2.1.4). */
export const lettersPreference = definePreference("letters", true, (value) =>
  typeof value === "boolean" ? value : undefined,
);

/** The root's colour scheme is all that a theme is: tokens.css has both. */
export function applyTheme(): void {
  const theme = themePreference.get();
  document.documentElement.style.colorScheme = theme === "system" ? "" : theme;
}
