// Owns what is told of one segment: its span, the steps that were answered in it and the waits that it
// ended in, from the events that it wrote, by their recorded times. A replay is told the same events
// again, so all of it is told once, by the attempt that ends the segment.
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import type { TaskEvent } from "../contract/event.ts";
import { NAMES, OPERATIONS } from "./conventions.ts";
import { errorType } from "./end-span.ts";
import type { SpanSource } from "./tracing.ts";
import { segmentSpan, stepSpan } from "./span-ids.ts";
import { type BegunWait, waitsIn } from "./waits-in.ts";

type Started = Extract<TaskEvent, { type: "segment.started" }>;

export interface SegmentOf {
  readonly agent: string;
  readonly taskId: string;
}

export interface SegmentRecord {
  note(taskUid: string, events: readonly TaskEvent[]): void;
  /** The attempt has ended the segment: its span, which is still to be ended, where there was a segment. */
  end(): Span | undefined;
  /** The attempt has failed, and the engine makes another one. */
  fail(error: unknown): void;
}

interface Interval {
  from: number;
  to: number;
  answered?: Extract<TaskEvent, { type: "model.answered" }>["data"];
}

export function createSegmentRecord(source: SpanSource, of: SegmentOf): SegmentRecord {
  const events: TaskEvent[] = [];
  let uid = "";
  const started = () => events.find((event): event is Started => event.type === "segment.started");
  return {
    note(taskUid, more) {
      uid = taskUid;
      events.push(...more);
    },
    end() {
      const begin = started();
      if (begin === undefined) return undefined;
      const told: Telling = { source, of, uid, begin, events: events.slice(events.indexOf(begin)) };
      for (const [step, interval] of stepsIn(told.events)) tellStep(told, step, interval);
      for (const wait of waitsIn(told.events)) tellWait(told, wait);
      return tellSegment(told);
    },
    fail(error) {
      const begin = started();
      if (begin === undefined) return;
      const attributes = { ...identity(of, uid), [NAMES.ERROR_TYPE]: errorType(error) };
      const parent = within(segmentSpan(uid, begin.data.segment));
      const span = source.tracer.startSpan("attempt failed", { attributes }, parent);
      span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

interface Telling {
  readonly source: SpanSource;
  readonly of: SegmentOf;
  readonly uid: string;
  readonly begin: Started;
  readonly events: readonly TaskEvent[];
}

function tellSegment({ source, of, uid, begin, events }: Telling): Span {
  const { segment, agentVersion, invocationId } = begin.data;
  const before = {
    context: segmentSpan(uid, segment - 1),
    attributes: { [NAMES.LINK]: "continues" },
  };
  const attributes = {
    [NAMES.OPERATION]: OPERATIONS.AGENT,
    ...identity(of, uid),
    [NAMES.AGENT_VERSION]: agentVersion,
    [NAMES.SEGMENT]: segment,
    [NAMES.INVOCATION]: invocationId,
    ...usageIn(events),
  };
  const options = {
    root: true,
    startTime: instant(begin.at),
    attributes,
    links: segment === 1 ? [] : [before],
  };
  const span = source.ids.give(segmentSpan(uid, segment), () =>
    source.tracer.startSpan(`${OPERATIONS.AGENT} ${of.agent}`, options),
  );
  const failed = events.findLast((event) => event.type === "turn.failed");
  if (failed !== undefined) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute(NAMES.ERROR_TYPE, failed.data.code);
  }
  return span;
}

function usageIn(events: readonly TaskEvent[]): Attributes {
  const answers = events.filter((event) => event.type === "model.answered");
  if (answers.length === 0) return {};
  const sum = (read: "inputTokens" | "outputTokens") =>
    answers.reduce((total, { data }) => total + data.usage[read], 0);
  return { [NAMES.INPUT_TOKENS]: sum("inputTokens"), [NAMES.OUTPUT_TOKENS]: sum("outputTokens") };
}

/** From a step's first request to the last of what was taken in for it in this segment. */
function stepsIn(events: readonly TaskEvent[]): ReadonlyMap<number, Interval> {
  const steps = new Map<number, Interval>();
  for (const event of events) {
    if (event.type === "model.answered") {
      const { step, startedAt } = event.data;
      const from = Math.min(steps.get(step)?.from ?? startedAt, startedAt);
      steps.set(step, { from, to: event.at, answered: event.data });
    } else if (event.type === "model.failed") {
      const { step, durationMs } = event.data;
      const from = steps.get(step)?.from ?? event.at - durationMs;
      steps.set(step, { from, to: event.at });
    } else if (event.type === "tool.returned") {
      const interval = steps.get(event.data.step);
      if (interval !== undefined) interval.to = event.at;
    }
  }
  return steps;
}

/** A step that was not answered is told by the segment in which it is. */
function tellStep(
  { source, of, uid, begin }: Telling,
  step: number,
  { from, to, answered }: Interval,
) {
  if (answered === undefined) return;
  const attributes = { ...identity(of, uid), [NAMES.STEP]: step };
  const parent = within(segmentSpan(uid, begin.data.segment));
  source.ids
    .give(stepSpan(uid, step), () =>
      source.tracer.startSpan(`step ${step}`, { startTime: instant(from), attributes }, parent),
    )
    .end(instant(to));
}

function tellWait({ source, of, uid, begin }: Telling, wait: BegunWait): void {
  const { kind, at, until, operationId } = wait;
  const attributes = {
    ...identity(of, uid),
    [NAMES.OPERATION_ID]: operationId,
    [NAMES.WAIT_UNTIL]: until === undefined ? undefined : new Date(until).toISOString(),
  };
  const parent = within(segmentSpan(uid, begin.data.segment));
  source.tracer
    .startSpan(`wait ${kind}`, { startTime: instant(at), attributes }, parent)
    .end(instant(at));
}

/** Not as a number: one from before this process was started would be taken as a time since then. */
function instant(ms: number): Date {
  return new Date(ms);
}

function within(place: SpanContext): Context {
  return trace.setSpanContext(ROOT_CONTEXT, place);
}

function identity({ agent, taskId }: SegmentOf, uid: string): Attributes {
  return { [NAMES.AGENT]: agent, [NAMES.TASK]: taskId, [NAMES.CONVERSATION]: uid };
}
