// Owns the routes of evidence (decision 0017): a task as one file, the check of such a file, and erasing
// a task. What is in a file and what makes it good is evidence/'s.
import { z } from "zod";
import type { EventsPage, StatusView } from "../../contract/api.ts";
import { MAX_EVENTS_PAGE } from "../../contract/api.ts";
import { auditKey } from "../../contract/audit.ts";
import { CONTROL_SERVICE } from "../../contract/control.ts";
import {
  eraseInputSchema,
  type EraseResult,
  preserveInputSchema,
  type PreserveResult,
} from "../../contract/erasure.ts";
import { type ExportCheck, EXPORT_TYPE } from "../../contract/evidence-export.ts";
import { EVIDENCE_SERVICE, type SignedHead } from "../../contract/signed-head.ts";
import { type ExportSource, exportTask } from "../../evidence/export-task.ts";
import { verifyExport } from "../../evidence/verify-export.ts";
import { problem, problemOf } from "../problem.ts";
import { TAKES } from "../roles.ts";
import { route, type Route, type RouteDeps, type RouteRequest } from "../route.ts";
import { type Body, without } from "../without.ts";
import { onTask, taskKey } from "./task-at.ts";
import { TASK } from "./task-routes.ts";

/** Bytes of a file that is checked here: it is in memory once. Larger ones are checked offline. */
const MAX_CHECKED_BYTES = 32 * 1024 * 1024;
/** Of signing: it reads what was written to the log since the last time, and goes on without us. */
const SIGN_MS = 2 * 60_000;
/** Of erasing, which goes through all of the log, and of what waits for a task that works. */
const ERASE_MS = 60 * 60_000;

const exportQuery = z.strictObject({ artifacts: z.enum(["included", "left-out"]).optional() });

export const EVIDENCE_ROUTES: readonly Route[] = [
  route({
    name: "task.export",
    method: "GET",
    path: `${TASK}/export`,
    summary:
      "The task as one file, which proves itself: its log, its artifacts, and who signed it.",
    roles: TAKES.AUDITORS,
    query: exportQuery,
    perform: async (request, deps) => {
      const source = await sourceOf(request, deps, request.query.artifacts !== "left-out");
      const headers = {
        "content-type": EXPORT_TYPE,
        "content-disposition": `attachment; filename*=UTF-8''${encodeURIComponent(`${request.param("taskId")}.holdfast.jsonl`)}`,
      };
      return request.file(exportTask(source), headers);
    },
  }),
  route({
    name: "task.erase",
    method: "POST",
    path: `${TASK}/erase`,
    summary:
      "Erases what was said and done in an ended task, for good; its log still proves itself.",
    roles: TAKES.ADMINS,
    body: without(eraseInputSchema, "by", "agent", "taskId"),
    perform: (request, deps) => onControl<EraseResult>(request, deps, "erase"),
  }),
  route({
    name: "task.preserve",
    method: "POST",
    path: `${TASK}/preserve`,
    summary: "Keeps the task from being erased, or lets it be erased again.",
    roles: TAKES.ADMINS,
    body: without(preserveInputSchema, "by", "agent", "taskId"),
    perform: (request, deps) => onControl<PreserveResult>(request, deps, "preserve"),
  }),
  route({
    name: "export.verify",
    method: "POST",
    path: "/v1/exports/verify",
    summary: "Whether a file that was exported is in order, and if not, where it begins not to be.",
    roles: TAKES.AUDITORS,
    body: "raw",
    maxBytes: MAX_CHECKED_BYTES,
    perform: ({ bytes }, { evidenceKeys }): Promise<ExportCheck> =>
      verifyExport(inOne(bytes), evidenceKeys === undefined ? {} : { keys: evidenceKeys }),
  }),
];

function onControl<T>(
  request: RouteRequest<Body>,
  { runtime }: RouteDeps,
  handler: "erase" | "preserve",
): Promise<T> {
  const { principal: by } = request.caller;
  const named = { agent: request.param("agent"), taskId: taskKey(request), by };
  const target = { service: CONTROL_SERVICE, handler };
  const options = { signal: request.signal, withinMs: ERASE_MS };
  return runtime.call<T>(target, { ...request.body, ...named }, options);
}

async function* inOne(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What is wrong with it is said before the file begins, as far as it is known by then. */
async function sourceOf(
  request: RouteRequest,
  deps: RouteDeps,
  withArtifacts: boolean,
): Promise<ExportSource> {
  const agent = request.param("agent");
  const taskId = taskKey(request);
  const status = await onTask<StatusView>(request, deps, "status", {});
  if (withArtifacts && deps.artifacts === undefined)
    throw problem("artifact_not_found", "this gateway was given no artifact store");
  const page = (after: number, limit: number) =>
    onTask<EventsPage>(request, deps, "events", { after, limit });
  const head =
    (await signedHead(request, deps, { agent, taskId })) ?? (await lastOf(page, status.cursor));
  return {
    agent,
    taskId,
    readPage: (after) => page(after, MAX_EVENTS_PAGE),
    readHead: async () => head,
    artifacts: withArtifacts ? deps.artifacts?.ofTenant(status.tenant) : undefined,
  };
}

/** Undefined where no worker signs. */
async function signedHead(
  { signal }: RouteRequest,
  { runtime }: RouteDeps,
  task: { readonly agent: string; readonly taskId: string },
): Promise<SignedHead | undefined> {
  const target = { service: EVIDENCE_SERVICE, key: auditKey(task), handler: "sign" };
  try {
    return await runtime.call<SignedHead>(target, {}, { signal, withinMs: SIGN_MS });
  } catch (error) {
    if (problemOf(error)?.code === "agent_not_found") return undefined;
    throw error;
  }
}

async function lastOf(
  page: (after: number, limit: number) => Promise<EventsPage>,
  cursor: number,
): Promise<{ readonly taskUid: string; readonly seq: number; readonly hash: string }> {
  const { taskUid, events } = await page(cursor - 1, 1);
  const [last] = events;
  if (last === undefined) throw problem("runtime_failed", "the task's log cannot be read now");
  return { taskUid, seq: last.seq, hash: last.hash };
}
