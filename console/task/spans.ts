// Owns when what of a task happened, as a waterfall shows it: each model call, tool call, approval and wait
// with its beginning and its end. Pure.
import type { EventType, TaskEvent } from "../../contract/event.ts";
import type { Tone } from "../controls/status.ts";

export type SpanKind = "model" | "tool" | "approval" | "wait";

export interface Span {
  /** Unique in the task. */
  readonly id: string;
  readonly kind: SpanKind;
  readonly label: string;
  /** Milliseconds since the epoch. */
  readonly from: number;
  /** Undefined while it goes on. */
  readonly to: number | undefined;
  /** The entry that says most of it. */
  readonly seq: number;
  readonly step?: number;
  readonly tone: Tone;
}

type Open = Omit<Span, "to">;

/** By beginning; nested things are shown below one another, as they began. */
export function spansOf(events: readonly TaskEvent[]): readonly Span[] {
  const spans: Span[] = [];
  const open = new Map<string, Open>();
  const close = (id: string, to: number, tone?: Tone): void => {
    const span = open.get(id);
    if (span === undefined) return;
    open.delete(id);
    spans.push({ ...span, to: Math.max(to, span.from), tone: tone ?? span.tone });
  };
  for (const event of events) if (event.erased === undefined) take(event, { spans, open, close });
  for (const span of open.values()) spans.push({ ...span, to: undefined });
  return spans.toSorted((one, other) => one.from - other.from || one.seq - other.seq);
}

interface Taking {
  readonly spans: Span[];
  readonly open: Map<string, Open>;
  readonly close: (id: string, to: number, tone?: Tone) => void;
}

const PARK = "park";

type Takers = {
  readonly [T in EventType]?: (event: Extract<TaskEvent, { type: T }>, taking: Taking) => void;
};

function take(event: TaskEvent, taking: Taking): void {
  // Each type's own function is given its own event.
  const taker = TAKERS[event.type] as ((event: TaskEvent, taking: Taking) => void) | undefined;
  taker?.(event, taking);
}

const refused = (event: Extract<TaskEvent, { data: { approvalId: string } }>, { close }: Taking) =>
  close(event.data.approvalId, event.at, "bad");
const woken = ({ at }: TaskEvent, { close }: Taking): void => close(PARK, at);

const TAKERS: Takers = {
  "model.answered": ({ seq, data: { step, model, startedAt, durationMs } }, { spans }) => {
    const span = { id: `model-${seq}`, kind: "model", label: model, seq, step } as const;
    spans.push({ ...span, from: startedAt, to: startedAt + durationMs, tone: "busy" });
  },
  "model.failed": ({ seq, at, data: { step, model, durationMs } }, { spans }) => {
    const span = { id: `model-${seq}`, kind: "model", label: model, seq, step } as const;
    spans.push({ ...span, from: at - durationMs, to: at, tone: "bad" });
  },
  "approval.requested": ({ seq, data }, { open }) => {
    const { approvalId, tool, step, requestedAt } = data;
    const label = `approval of ${tool}`;
    const span = { id: approvalId, kind: "approval", label, seq, step, tone: "warn" } as const;
    open.set(approvalId, { ...span, from: requestedAt });
  },
  "approval.decided": ({ at, data: { approvalId, decision } }, { close }) =>
    close(approvalId, at, decision === "approve" ? "good" : "bad"),
  "approval.expired": refused,
  "approval.stale": refused,
  "approval.blocked": refused,
  "approval.withdrawn": refused,
  "wait.opened": ({ seq, at, data: { operationId, tool, step } }, { open }) => {
    const span = { id: operationId, kind: "wait", label: tool, seq, step, tone: "calm" } as const;
    open.set(operationId, { ...span, from: at });
  },
  "tool.returned": returned,
  "task.parked": ({ seq, at, data: { status } }, { open, close }) => {
    close(PARK, at);
    const span = { id: `park-${seq}`, kind: "wait", label: status, seq, tone: "calm" } as const;
    open.set(PARK, { ...span, from: at });
  },
  "task.woken": woken,
  "segment.started": woken,
  "task.cancelled": woken,
  "task.killed": woken,
  "task.retired": woken,
};

function returned(event: Extract<TaskEvent, { type: "tool.returned" }>, taking: Taking): void {
  const { operationId, tool, step, outcome, startedAt, durationMs } = event.data;
  const tone = outcome === "ok" ? "good" : outcome === "cancelled" ? "calm" : "bad";
  if (taking.open.has(operationId)) return taking.close(operationId, event.at, tone);
  const span = {
    id: `tool-${event.seq}`,
    kind: "tool",
    label: tool,
    seq: event.seq,
    step,
  } as const;
  taking.spans.push({ ...span, from: startedAt, to: startedAt + durationMs, tone });
}
