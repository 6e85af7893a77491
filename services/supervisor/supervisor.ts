// Owns looking after what the engine gave up on (L5, F24): it resumes paused invocations when
// the cause may be gone, frees a task from a segment that gets nowhere, and finds tasks whose
// segment vanished. Every act is safe to repeat, so any number of workers may supervise.
import type { Logger } from "pino";
import { SEGMENT_ATTEMPTS, SEGMENT_HANDLERS } from "../../contract/command.ts";
import { MISSING_KEY } from "../../contract/readable.ts";
import { keptWaiting, MIN_ATTEMPTS as KEPT_ATTEMPTS } from "./kept-waiting.ts";
import { MIN_ATTEMPTS as STRANDED_ATTEMPTS, moveStranded, UNREACHABLE } from "./move-stranded.ts";
import type { SupervisorPorts } from "./supervisor-ports.ts";
import { apart } from "./apart.ts";
import type { Watch } from "./watch.ts";

export interface SupervisorOptions {
  readonly ports: SupervisorPorts;
  readonly logger: Logger;
  /** Names of the agents that are looked after. */
  readonly agents: readonly string[];
  /** Brings tasks on that were turned away for want of a place. */
  readonly admission?: Watch;
  /** Finds tasks that are stuck though the engine is content. */
  readonly watchdog?: Watch;
  /** Notices owners who are gone, in apps that say who is there. */
  readonly ownerWatch?: Watch | undefined;
  /** Moves logs of tasks that rest out of the state. */
  readonly archiveWatch?: Watch | undefined;
  /** Finds tasks of which something is due by retention. */
  readonly retentionWatch?: Watch | undefined;
  /** False leaves a round out, for as long as it is. */
  readonly mayAct?: () => boolean;
  /** Milliseconds between two rounds at least; default 5,000. */
  readonly intervalMs?: number;
}

export interface Supervisor {
  /** One round, at once. Rejects when the engine cannot be asked. */
  round(): Promise<void>;
  stop(): void;
}

const FEWEST_ATTEMPTS = Math.min(KEPT_ATTEMPTS, STRANDED_ATTEMPTS);
/** Resumes of one paused segment before it is taken to be a poison. */
const MAX_RESUMES = 3;
const SEGMENTS: ReadonlySet<string> = new Set(SEGMENT_HANDLERS);
/** Restate's code of "the journal was written by other code". */
const JOURNAL_MISMATCH = "RT0016";
const DEFAULT_INTERVAL_MS = 5_000;
/** Rests between rounds, as a multiple of what the last one took: its scans grow with what the engine keeps. */
const REST = 10;
const LONGEST_REST_MS = 30_000;

export function startSupervisor(options: SupervisorOptions): Supervisor {
  const { logger } = options;
  const memory: Memory = { resumes: new Map(), suspects: new Set() };
  let running = false;
  let restsUntil = 0;
  const round = async (): Promise<void> => {
    // A slow engine must not make rounds pile up.
    if (running || options.mayAct?.() === false) return;
    running = true;
    const from = performance.now();
    try {
      if (await someFail(options.ports)) await helpFailing(options);
      await resumePaused(options, memory);
      await findVanished(options, memory);
      await options.admission?.look();
      await options.watchdog?.look();
      await options.ownerWatch?.look();
      await options.archiveWatch?.look();
      await options.retentionWatch?.look();
    } finally {
      running = false;
      const took = performance.now() - from;
      restsUntil = performance.now() + Math.min(took * REST, LONGEST_REST_MS);
    }
  };
  const timer = setInterval(() => {
    if (performance.now() < restsUntil) return;
    round().catch((error: unknown) => {
      const said = error instanceof Error ? error.message : "unknown";
      logger.warn({ said }, "the supervisor could not ask the engine; it tries again");
    });
  }, options.intervalMs ?? DEFAULT_INTERVAL_MS);
  timer.unref();
  return { round, stop: () => clearInterval(timer) };
}

const UNHELPED = "a task could not be looked after; the next rounds try again";

interface Memory {
  /** Paused segment to how often it was resumed. */
  readonly resumes: Map<string, number>;
  /** Tasks that looked abandoned in the round before. */
  suspects: Set<string>;
}

async function resumePaused(options: SupervisorOptions, memory: Memory): Promise<void> {
  const rows = await options.ports.query(
    "SELECT id, target_service_name, target_service_key, target_handler_name FROM sys_invocation WHERE status = 'paused'",
  );
  for (const row of rows) {
    await apart(options.logger, UNHELPED, () => resumeOrFree(options, memory, row));
  }
}

type Row = Readonly<Record<string, unknown>>;

/** From the invoker's own memory: unlike the scans that follow, it does not grow with what is kept. */
async function someFail({ query }: SupervisorPorts): Promise<boolean> {
  const [row] = await query(
    `SELECT count(1) AS failing FROM sys_invocation_state WHERE retry_count >= ${FEWEST_ATTEMPTS}`,
  );
  return Number(row?.["failing"] ?? 0) > 0;
}

async function helpFailing(options: SupervisorOptions): Promise<void> {
  const { ports, agents, logger } = options;
  const moved = await moveStranded(ports, (name) => isOurs(name, agents));
  if (moved > 0) logger.info({ moved }, "moved invocations from an address that is gone");
  await freeCommands(options);
}

/** A segment that fails over and over is asked to end, where commands wait for it (L5). */
async function freeCommands(options: SupervisorOptions): Promise<void> {
  const { ports, logger, agents } = options;
  for (const task of await keptWaiting(ports, agents)) {
    const { agent, taskId } = task;
    logger.info({ agent, taskId }, "letting commands in that wait for a failing segment");
    const input = { reason: "commands wait", park: false, abort: true } as const;
    await apart(options.logger, UNHELPED, () => ports.recover(task, input));
  }
}

async function resumeOrFree(
  { ports, logger, agents }: SupervisorOptions,
  memory: Memory,
  row: Row,
): Promise<void> {
  const id = String(row["id"]);
  const agent = String(row["target_service_name"]);
  const taskId = String(row["target_service_key"]);
  const isSegment = SEGMENTS.has(String(row["target_handler_name"])) && agents.includes(agent);
  if (!isSegment) {
    if (isOurs(agent, agents)) await ports.resumeInvocation(id, { deployment: "latest" });
    return;
  }
  const failure = await lastFailure(ports, id);
  if (failure.includes(MISSING_KEY)) {
    // Nothing is wrong with the segment: it goes on once the workers have the key.
    logger.warn({ invocationId: id, agent, taskId }, "a segment waits for an encryption key");
    await ports.resumeInvocation(id, { deployment: "latest" });
    return;
  }
  const mismatch = isJournalMismatch(failure);
  const resumes = memory.resumes.get(id) ?? 0;
  const mayGoOn = !mismatch && resumes < MAX_RESUMES;
  if (mayGoOn || !(await mayBeKilled(ports, row))) {
    memory.resumes.set(id, resumes + 1);
    logger.info({ invocationId: id, agent, taskId, resumes }, "resuming a paused segment");
    await ports.resumeInvocation(id, { deployment: "latest" });
    return;
  }
  memory.resumes.delete(id);
  // What may be due to what the segment works on; code, or an address that is gone, is not.
  const failed = !mismatch && !failure.includes(UNREACHABLE);
  const attempts = (resumes + 1) * SEGMENT_ATTEMPTS;
  const reason = mismatch
    ? "version: the code changed under a running segment"
    : "the segment failed over and over";
  logger.warn({ invocationId: id, agent, taskId, reason }, "freeing a task from its segment");
  // Asked for first: it has its turn before another segment has, whatever commands wait.
  await ports.recover({ agent, taskId }, { reason, park: true, ...(failed ? { attempts } : {}) });
  await ports.killInvocation(id);
}

/**
 * What makes a task, or wakes it, is the only record of what it brings until its segment is in the
 * head: it is never killed before.
 */
async function mayBeKilled(ports: SupervisorPorts, row: Row): Promise<boolean> {
  const key = String(row["target_service_key"]).replaceAll("'", "''");
  const isRun = row["target_handler_name"] === "run";
  const rows = await ports.query(
    `SELECT 1 AS found FROM state WHERE service_name = '${String(row["target_service_name"])}'
     AND service_key = '${key}' AND key = 'head'
     ${isRun ? "" : `AND value_utf8 LIKE '%"open":true%"invocationId":"${String(row["id"])}"%'`}`,
  );
  return rows.length > 0;
}

function isOurs(service: string, agents: readonly string[]): boolean {
  return (
    agents.includes(service) || service.startsWith("tools.") || service.startsWith("holdfast.")
  );
}

/** A paused invocation's last failure is in its events only (ENGINE 2.4). */
async function lastFailure(ports: SupervisorPorts, id: string): Promise<string> {
  const rows = await ports.query(
    `SELECT event_json FROM sys_journal_events WHERE id = '${id}' AND event_type = 'TransientError' ORDER BY appended_at DESC LIMIT 1`,
  );
  return JSON.stringify(rows[0]?.["event_json"] ?? "");
}

function isJournalMismatch(failure: string): boolean {
  return failure.includes(JOURNAL_MISMATCH) || /error_code\W{1,5}570/.test(failure);
}

/** In SQL. */
const IN_SQL = SEGMENT_HANDLERS.map((name) => `'${name}'`).join(", ");

/**
 * A head that says a segment is open or queued, while none of that task exists, twice in a row. A `wake`
 * that waits for its turn will find it out itself; one whose time has not come is a timer.
 */
async function findVanished(options: SupervisorOptions, memory: Memory): Promise<void> {
  const { ports, logger } = options;
  const heads = await ports.query(
    `SELECT service_name, service_key FROM state WHERE key = 'head'
     AND (value_utf8 LIKE '%"open":true,"queued"%' OR value_utf8 LIKE '%"queued":true%')`,
  );
  const mine = heads.filter((row) => options.agents.includes(String(row["service_name"])));
  if (mine.length === 0) {
    memory.suspects = new Set();
    return;
  }
  const runs = await ports.query(
    `SELECT target_service_name, target_service_key FROM sys_invocation
     WHERE target_handler_name IN (${IN_SQL}) AND status NOT IN ('completed', 'scheduled')`,
  );
  const alive = new Set(
    runs.map((row) => taskName(row["target_service_name"], row["target_service_key"])),
  );
  const suspects = new Set<string>();
  for (const row of mine) {
    const [agent, taskId] = [String(row["service_name"]), String(row["service_key"])];
    const name = taskName(agent, taskId);
    if (alive.has(name)) continue;
    if (!memory.suspects.has(name)) {
      suspects.add(name);
      continue;
    }
    logger.warn({ agent, taskId }, "recovering a task whose segment is gone");
    await apart(options.logger, UNHELPED, () =>
      ports.recover({ agent, taskId }, { reason: "the segment is gone", park: false }),
    );
  }
  memory.suspects = suspects;
}

function taskName(agent: unknown, taskId: unknown): string {
  return JSON.stringify([agent, taskId]);
}
