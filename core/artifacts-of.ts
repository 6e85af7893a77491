// Owns which artifacts an entry of a task log refers to: those that an export has to have, and those
// that go when a task is erased.
import type { TaskEvent } from "../contract/event.ts";
import { sha256Schema } from "../contract/ids.ts";

export interface ReferredArtifact {
  readonly sha256: string;
  /** `manifest`: the agent's definition, which it shares with other tasks. */
  readonly kind: "content" | "manifest";
  /** Bytes. */
  readonly size?: number;
}

/** In the order in which they stand there; the same one may come more than once. */
export function artifactsOf(event: TaskEvent): readonly ReferredArtifact[] {
  if (event.erased !== undefined) return [];
  const found: ReferredArtifact[] = [];
  // Of a segment that has made no call nobody has stored it.
  if (event.type === "model.answered")
    found.push({ sha256: event.data.manifest, kind: "manifest" });
  collect(event.data, found);
  return found;
}

/** References stand under `artifact` everywhere in the log, and lists of them under `artifacts`. */
function collect(value: unknown, found: ReferredArtifact[]): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, each] of Object.entries(value)) {
    if (key === "artifact") add(each, found);
    else if (key === "artifacts" && Array.isArray(each)) for (const one of each) add(one, found);
    else collect(each, found);
  }
}

function add(value: unknown, found: ReferredArtifact[]): void {
  if (typeof value !== "object" || value === null || !("sha256" in value)) return;
  const parsed = sha256Schema.safeParse(value.sha256);
  if (!parsed.success) return;
  const size = "size" in value && typeof value.size === "number" ? { size: value.size } : {};
  found.push({ sha256: parsed.data, kind: "content", ...size });
}
