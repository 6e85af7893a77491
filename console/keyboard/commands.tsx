// Owns what can be done from here by a key or by its name: each screen adds its commands while it is shown, and
// the palette and the map show them all. Keys are single letters, or two one after the other ("g f").
import {
  createContext,
  type ReactNode,
  useContext,
  useEffect,
  useEffectEvent,
  useMemo,
  useSyncExternalStore,
} from "react";
import { lettersPreference } from "../app/preferences.ts";
import { createKeySequence } from "./key-sequence.ts";

export interface Command {
  /** Unique among what is shown at a time. */
  readonly id: string;
  readonly label: string;
  /** Heading in the palette and the map. */
  readonly group: string;
  readonly keys?: string;
  /** Not in the palette: it moves something that is in front of one. */
  readonly keysOnly?: boolean;
  readonly run: () => void;
}

interface Registry {
  add(commands: () => readonly Command[]): () => void;
  all(): readonly Command[];
  subscribe(listener: () => void): () => void;
}

function createRegistry(): Registry {
  const sources = new Set<() => readonly Command[]>();
  const listeners = new Set<() => void>();
  let all: readonly Command[] = [];
  const collect = (): void => {
    const byId = new Map([...sources].flatMap((each) => each()).map((each) => [each.id, each]));
    all = [...byId.values()];
    for (const listener of listeners) listener();
  };
  return {
    add(commands) {
      sources.add(commands);
      collect();
      return () => {
        sources.delete(commands);
        collect();
      };
    },
    all: () => all,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

const RegistryContext = createContext<Registry | undefined>(undefined);

export function CommandsProvider({ children }: { children: ReactNode }) {
  const registry = useMemo(() => createRegistry(), []);
  useEffect(() => listenToKeys(registry), [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

function useRegistry(): Registry {
  const registry = useContext(RegistryContext);
  if (registry === undefined) throw new Error("commands belong below CommandsProvider");
  return registry;
}

/** While the component is shown. What `run` closes over is always of the last time it was drawn. */
export function useCommands(commands: readonly Command[]): void {
  const registry = useRegistry();
  const run = useEffectEvent((id: string) => commands.find((each) => each.id === id)?.run());
  const shape = JSON.stringify(
    commands.map(({ id, label, group, keys, keysOnly }) => ({ id, label, group, keys, keysOnly })),
  );
  useEffect(() => {
    const shown = JSON.parse(shape) as readonly Omit<Command, "run">[];
    const live = shown.map((each) => ({ ...each, run: () => run(each.id) }));
    return registry.add(() => live);
  }, [registry, shape]);
}

export function useAllCommands(): readonly Command[] {
  const { subscribe, all } = useRegistry();
  return useSyncExternalStore(subscribe, all);
}

function listenToKeys(registry: Registry): () => void {
  const sequence = createKeySequence();
  const listen = (event: KeyboardEvent): void => {
    if (!lettersPreference.get() || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.defaultPrevented || belongsElsewhere(event.target)) return;
    const keyed = registry.all().filter(({ keys }) => keys !== undefined);
    const id = sequence(
      event.key,
      performance.now(),
      new Map(keyed.map((c) => [c.keys ?? "", c.id])),
    );
    const command = keyed.find((each) => each.id === id);
    if (command === undefined) return;
    event.preventDefault();
    command.run();
  };
  window.addEventListener("keydown", listen);
  return () => window.removeEventListener("keydown", listen);
}

/** Letters are typed there, or a dialog is in front. */
function belongsElsewhere(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest("input, textarea, select, [contenteditable]") !== null) return true;
  return document.querySelector('[role="dialog"], [role="alertdialog"]') !== null;
}
