// Owns the language of stops: an operator forbids a tool, a model, an agent or a tenant at once
// (R99). Bodies of `holdfast.stops`, its record, and the ports around it.
import { z } from "zod";
import { textSchema } from "./text.ts";

export const STOPS_SERVICE = "holdfast.stops";
/** One object knows all stops, so that one read answers for an effect. */
export const STOPS_KEY = "all";
export const STOP_WATCH_SERVICE = "holdfast.stop-watch";
export const STOPS_VERSION = 1;

export const STOP_KINDS = ["tool", "model", "agent", "tenant"] as const;
export type StopKind = (typeof STOP_KINDS)[number];

/** Stops in force at a time. */
export const MAX_STOPS = 1_000;

/**
 * How old the view may be by which a worker keeps models and `read` tools from starting, in
 * milliseconds. An effect is always checked against the stops of that moment.
 */
export const STOPS_MAX_AGE_MS = 5_000;

/** In the metadata of a tool's service: milliseconds in which an admitted effect has settled. */
export const SETTLES_METADATA = "holdfast.settles-within-ms";

const name = textSchema.min(1).max(256);
const scope = {
  kind: z.enum(STOP_KINDS),
  /** Of the tool, the model, the agent or the tenant, exactly. */
  name,
  /** Of a tool, a model or an agent: for this tenant's tasks alone. Absent: for everybody's. */
  tenant: name.optional(),
};
const why = { by: name.optional(), reason: textSchema.min(1).max(1024) };

/** Body of `stop`. */
const ofOneTenant = ({ kind, tenant }: { kind: StopKind; tenant?: string | undefined }): boolean =>
  kind !== "tenant" || tenant === undefined;
const NAMED_TWICE = { message: "must be absent where a tenant is stopped", path: ["tenant"] };

export const stopInputSchema = z
  .strictObject({ ...scope, ...why })
  .refine(ofOneTenant, NAMED_TWICE);
export type StopInput = z.infer<typeof stopInputSchema>;

/** Body of `lift`. */
export const liftInputSchema = z
  .strictObject({ ...scope, ...why })
  .refine(ofOneTenant, NAMED_TWICE);
export type LiftInput = z.infer<typeof liftInputSchema>;

/** Body of `check`: whose call it is. What is absent is not asked about. */
export const checkInputSchema = z.strictObject({
  tool: name.optional(),
  model: name.optional(),
  agent: name.optional(),
  tenant: name.optional(),
});
export type StopQuestion = z.infer<typeof checkInputSchema>;

export interface StopScope {
  readonly kind: StopKind;
  readonly name: string;
  /** Whose tasks alone it is about. */
  readonly tenant?: string | undefined;
}

/**
 * A stop in force. From `accepted` on nothing is admitted any more. It is `stopped` once all that
 * was admitted before has settled or is marked unknown: from then on nothing happens.
 */
export interface Stop extends StopScope {
  readonly stopId: string;
  readonly status: "accepted" | "stopped";
  readonly reason: string;
  readonly by?: string;
  /** Milliseconds since the epoch. */
  readonly acceptedAt: number;
  readonly stoppedAt?: number;
}

/** Answer of `stop`: the same stop again is the one that is there. */
export interface StopResult {
  readonly result: "accepted" | "already-stopped";
  readonly stopId: string;
  readonly status: Stop["status"];
}

/** Answer of `lift`. */
export interface LiftResult {
  readonly result: "lifted";
  readonly stopId: string;
}

/** Answer of `check`: the stop that holds the call back. */
export type CheckResult =
  | { readonly stopped: false }
  | ({ readonly stopped: true; readonly stopId: string } & StopScope);

/** For people and the task's log. */
export function describeStop(stop: StopScope): string {
  return `an operator has stopped the ${stop.kind} ${stop.name}`;
}

/** Answer of `list`: the stops in force, oldest first. */
export interface StopList {
  readonly stops: readonly Stop[];
}

/** An entry of the record, hash-chained as a task log is. */
export interface StopEntry extends StopScope {
  readonly v: typeof STOPS_VERSION;
  /** Position, from 0, without gaps. */
  readonly seq: number;
  /** Milliseconds since the epoch, by a worker's clock. */
  readonly at: number;
  readonly type: "stop.accepted" | "stop.settled" | "stop.lifted";
  readonly stopId: string;
  /** Who, as the caller said; `runtime` found that all has settled. */
  readonly actor: { readonly kind: "operator" | "runtime"; readonly id?: string };
  readonly reason: string;
  /** Hash of the entry before; 64 zeros for the first. */
  readonly prev: string;
  /** SHA-256 of the canonical JSON of all the other fields. */
  readonly hash: string;
}

/** Answer of `record`. */
export interface RecordPage {
  readonly entries: readonly StopEntry[];
  readonly cursor: number;
  readonly more: boolean;
}

/** Input of `holdfast.stop-watch/look`; waits there across deployments: optional fields only. */
export interface LookRequest extends StopScope {
  readonly v: typeof STOPS_VERSION;
  readonly stopId: string;
  /** The server's time at the first look, in milliseconds since the epoch. */
  readonly since?: number;
}

/** Input of the private `settle`. */
export interface StopSettledInput {
  readonly v: typeof STOPS_VERSION;
  readonly stopId: string;
  readonly reason: string;
}

/** What a tool that a stop is about has had in flight. */
export interface ToolActivity {
  readonly tool: string;
  /** In how many milliseconds an admitted effect has settled; absent where nobody says. */
  readonly settlesWithinMs?: number;
  /** Calls that began before the first look and have not ended. */
  readonly open: number;
  /** When the last of those that ended did, by the server's clock. */
  readonly lastEndedAt?: number;
}

export interface StopCensus {
  /** The server's time before anything was counted, in milliseconds since the epoch. */
  readonly now: number;
  readonly tools: readonly ToolActivity[];
}

/** Asks the engine what a stop is about: calls that began up to `since`, or until now. */
export type TakeCensus = (scope: StopScope, since: number | undefined) => Promise<StopCensus>;

/** What a worker asks before it starts something. Rejects when nobody could be asked. */
export interface StopsView {
  /** As of this moment: before every effect. */
  check(question: StopQuestion, signal?: AbortSignal): Promise<CheckResult>;
  /** At most STOPS_MAX_AGE_MS old: before model calls and `read` tools. At once where it is known. */
  recent(question: StopQuestion): CheckResult | Promise<CheckResult>;
}
