// Owns the form of a route: all that routing, authorization, the OpenAPI document and the page of
// roles need to know of one. The routes themselves are in routes/.
import { z } from "zod";
import type { EvidencePublicKeys } from "../contract/evidence-export.ts";
import { nameProblem, sha256Schema, taskIdSchema } from "../contract/ids.ts";
import { MAX_SCHEDULE_ID_BYTES } from "../contract/schedule.ts";
import { MAX_SCOPED_ID_BYTES, MAX_TENANT_BYTES } from "../contract/tenant.ts";
import type { LiveHub } from "../contract/live.ts";
import type { AdminClient } from "../services/engine/admin.ts";
import type { ArtifactStore } from "../contract/artifact.ts";
import type { Caller } from "./caller.ts";
import type { Metrics } from "./metrics.ts";
import { problem } from "./problem.ts";
import type { CheckReady } from "./readiness.ts";
import type { Role } from "./roles.ts";
import type { RunStream } from "./stream/event-sink.ts";
import type { Runtime } from "./runtime.ts";

/** What routes reach the world through. */
export interface RouteDeps {
  readonly runtime: Runtime;
  readonly query: AdminClient["query"];
  readonly checkReady: CheckReady;
  readonly artifacts: ArtifactStore | undefined;
  readonly metrics: Metrics;
  /** What workers tell while they work. */
  readonly live: LiveHub;
  /** Whose signatures under an export are trusted; undefined: they are not looked at. */
  readonly evidenceKeys: EvidencePublicKeys | undefined;
  /** Where people find Restate's own console; undefined: nobody said. */
  readonly restateConsole: string | undefined;
}

/** A request whose caller may make it, and whose parts have the required form. */
export interface RouteRequest<B = unknown, Q = unknown> {
  readonly caller: Caller;
  param(name: ParamName): string;
  readonly query: Q;
  readonly body: B;
  /** The body as it came, of a route with a `raw` one. */
  readonly bytes: Uint8Array;
  header(name: string): string | undefined;
  readonly signal: AbortSignal;
  /** Answers with a file that is made while it is sent. */
  file(pieces: AsyncIterable<Uint8Array>, headers: Readonly<Record<string, string>>): Response;
  /** Answers with a stream of events. */
  stream(run: RunStream): Response;
}

export interface Route<B = unknown, Q = unknown> {
  /** Unique, such as `task.start`. */
  readonly name: string;
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** With `:names` of PARAMS. */
  readonly path: string;
  readonly summary: string;
  /** Any one of them is enough; `anyone`: no credential is asked for. */
  readonly roles: readonly Role[] | "anyone";
  readonly query?: z.ZodType<Q>;
  /** Of a JSON body, without what the gateway puts in; `raw`: any bytes. Absent: no body. */
  readonly body?: z.ZodType<B> | "raw";
  /** Bytes of the body at most. Default 64 KiB. */
  readonly maxBytes?: number;
  /** Answers with JSON, or with a response of its own. */
  perform(request: RouteRequest<B, Q>, deps: RouteDeps): Promise<object>;
}

/** Checks a route against its own body and query, and forgets their types. */
export function route<B = unknown, Q = unknown>(spec: Route<B, Q>): Route {
  return spec;
}

/** Names that a URL would take for a step in its path. */
const STEPS = new Set([".", ".."]);
const scopedId = taskIdSchema
  .refine((id) => !STEPS.has(id), "must not be a step of a path")
  .refine(
    (id) => Buffer.byteLength(id) <= MAX_SCOPED_ID_BYTES,
    `must be at most ${MAX_SCOPED_ID_BYTES} bytes long`,
  );
/** Schedules' ids are shorter, since task ids begin with them. */
const MAX_SCOPED_SCHEDULE_BYTES = MAX_SCHEDULE_ID_BYTES - MAX_TENANT_BYTES - 1;
const scheduleId = scopedId.refine(
  (id) => Buffer.byteLength(id) <= MAX_SCOPED_SCHEDULE_BYTES,
  `must be at most ${MAX_SCOPED_SCHEDULE_BYTES} bytes long`,
);
const name = z.string().superRefine((value, ctx) => {
  const wrong = nameProblem(value);
  if (wrong !== undefined) ctx.addIssue({ code: "custom", message: wrong });
});

/** What a part of a path must be, by its name. */
export const PARAMS = {
  agent: name,
  taskId: scopedId,
  scheduleId,
  approvalId: sha256Schema,
  sha256: sha256Schema,
  source: name,
  date: z.iso.date(),
  owner: z.string().min(1).max(256),
} as const;
export type ParamName = keyof typeof PARAMS;

export function paramsOf({ path }: Pick<Route, "path">): readonly ParamName[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, param]) => param as ParamName);
}

/** The value of a part of the path. Fails with 400 for one that can be nothing's name. */
export function readParam(param: ParamName, value: string): string {
  const parsed = PARAMS[param].safeParse(value);
  if (parsed.success) return parsed.data;
  const code = param === "taskId" ? "invalid_task_id" : "invalid_input";
  const wrong = parsed.error.issues.map(({ message }) => message).join("; ");
  throw problem(code, `${param} ${wrong}`);
}
