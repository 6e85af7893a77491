// Owns the crash run: a user's scenario is played once undisturbed, and then once for each
// journal entry that its worker wrote, while the worker dies by SIGKILL in place of that entry.
// However it is disturbed, the scenario must end as it did undisturbed (R105).
import { isDeepStrictEqual } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import { chainProblem } from "../core/log.ts";
import { startCrashEngine } from "./crash/crash-engine.ts";
import type { CrashEngine } from "./crash/crash-engine.ts";
import { sampleEvenly } from "./crash/sample.ts";
import { startWorkers } from "./crash/worker-pool.ts";
import type { WorkerPool } from "./crash/worker-pool.ts";
import type { EffectLedger } from "./effect-ledger.ts";
import { connectTask } from "./ingress-client.ts";
import type { TaskClient } from "./task-client.ts";

export interface CrashOptions {
  /** A file whose last line is `serveCrashWorker`; run as a process with this Node. */
  readonly workerFile: string | URL;
  /** The worker's whole environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** For the server's data, and for the app's own files. The caller makes and removes it. */
  readonly directory: string;
  /** The agent's name. */
  readonly agent: string;
  /**
   * Brings a new task to its end. What it resolves to must be the same each time. `connect` speaks
   * to other tasks on the same server, such as children.
   */
  readonly run: (
    task: TaskClient,
    connect: (agent: string, taskId: string) => TaskClient,
  ) => Promise<unknown>;
  /** What the task has done to the world in the end; must be the same each time. */
  readonly finalEffects: (taskId: string) => unknown;
  /** Where unsafe effects are written: none may be there twice. */
  readonly ledger?: EffectLedger;
  /** Model calls so far; a crash may repeat one, the one that was in flight. */
  readonly modelCalls?: () => number;
  /** So many of the entries, spread evenly; all by default. */
  readonly sample?: { readonly count: number; readonly seed: string };
  /** Only the entries with these names, as they are printed. */
  readonly only?: readonly string[];
  /** How long one run of the scenario may take, in milliseconds; 60,000 by default. */
  readonly boundMs?: number;
  /** Hears a line per entry; they are written to stdout by default. */
  readonly onProgress?: (line: string) => void;
}

/** How the scenario went with a crash at one entry. */
export interface CrashPoint {
  readonly entry: string;
  /** False when the worker did not come to write this entry this time. */
  readonly crashed: boolean;
  /** Model calls beyond those of the undisturbed run. */
  readonly extraModelCalls: number;
}

export interface CrashReport {
  /** Entries that the worker wrote undisturbed, in order. */
  readonly entries: readonly string[];
  readonly points: readonly CrashPoint[];
}

const BOUND_MS = 60_000;
const QUIET_BOUND_MS = 20_000;

/**
 * Kills the worker at every journal entry. Rejects with an Error that names each entry at which
 * the end differs: status, answer, effects, an unsafe effect that was made twice, a second
 * repeated model call; and at once when a run rejects, or does not end within its bound.
 */
export async function crashAtEveryEntry(options: CrashOptions): Promise<CrashReport> {
  const { onProgress = printLine } = options;
  await using engine = await startCrashEngine(options.directory);
  const entries: string[] = [];
  const { ingressUrl, adminUrl } = engine;
  await using workers = await startWorkers({
    workerFile: options.workerFile,
    env: options.env ?? {},
    settings: { ingressUrl, adminUrl, directory: options.directory },
    onEntry: (entry) => entries.push(entry),
  });
  await engine.register(workers.addresses);

  const stage = { options, engine, workers };
  const undisturbed = await playOnce(stage, "undisturbed", null);
  const written = entries.splice(0);
  const chosen = choose(written, options);
  onProgress(`${written.length} journal entries; the worker is killed at ${chosen.length} of them`);

  const points: CrashPoint[] = [];
  const failures: string[] = [];
  for (const [index, entry] of chosen.entries()) {
    const played = await playOnce(stage, `crash-${index + 1}`, entry);
    const point = pointOf(entry, played, undisturbed);
    const problem = differenceOf(played, undisturbed, point);
    points.push(point);
    if (problem !== undefined) failures.push(`at ${entry}: ${problem}`);
    onProgress(`${index + 1}/${chosen.length} ${tell(point, problem, played.tookMs)}`);
  }
  if (failures.length > 0) {
    throw new Error(`${failures.length} crashes changed the outcome:\n${failures.join("\n")}`);
  }
  return { entries: written, points };
}

interface Stage {
  readonly options: CrashOptions;
  readonly engine: CrashEngine;
  readonly workers: WorkerPool;
}

/** What a run of the scenario left behind. */
interface Played {
  /** What must be equal in all runs. */
  readonly end: Readonly<Record<string, unknown>>;
  /** What must never be, if it is. */
  readonly broken: string | undefined;
  readonly crashed: boolean;
  readonly modelCalls: number;
  readonly tookMs: number;
}

async function playOnce(stage: Stage, taskId: string, entry: string | null): Promise<Played> {
  const { options, engine, workers } = stage;
  const { agent, boundMs = BOUND_MS, modelCalls = () => 0 } = options;
  const { ingressUrl } = engine;
  const connect = (to: string, id: string) => connectTask({ ingressUrl, agent: to, taskId: id });
  const task = connect(agent, taskId);
  await workers.arm(entry);
  const [deaths, calls, began] = [workers.deaths(), modelCalls(), Date.now()];
  const when = entry === null ? "undisturbed" : `with a crash at ${entry}`;
  const running = Promise.race([options.run(task, connect), workers.broken]).catch(
    (cause: unknown) => {
      throw new Error(`the scenario failed ${when}: ${messageOf(cause)}`, { cause });
    },
  );
  const returned = await withinBound(running, boundMs, when);
  await engine.quiet(QUIET_BOUND_MS);
  await workers.serving();
  const { status, lastTurn } = await task.status();
  const effects = await options.finalEffects(taskId);
  return {
    end: { status, lastTurn, effects, returned },
    broken: problemOf(options.ledger) ?? chainProblem(await task.events())?.problem,
    crashed: workers.deaths() > deaths,
    modelCalls: modelCalls() - calls,
    tookMs: Date.now() - began,
  };
}

async function withinBound<T>(running: Promise<T>, boundMs: number, when: string): Promise<T> {
  const over = new AbortController();
  const late = delay(boundMs, undefined, { signal: over.signal }).then((): never => {
    throw new Error(`the scenario did not end within ${boundMs} ms, ${when}`);
  });
  // What is late after all has been reported once.
  running.catch(() => undefined);
  try {
    return await Promise.race([running, late]);
  } finally {
    late.catch(() => undefined);
    over.abort();
  }
}

function choose(entries: readonly string[], { only, sample }: CrashOptions): readonly string[] {
  if (only !== undefined) return entries.filter((entry) => only.includes(entry));
  return sample === undefined ? entries : sampleEvenly(entries, sample.count, sample.seed);
}

function pointOf(entry: string, played: Played, undisturbed: Played): CrashPoint {
  const extraModelCalls = played.modelCalls - undisturbed.modelCalls;
  return { entry, crashed: played.crashed, extraModelCalls };
}

function differenceOf(
  played: Played,
  undisturbed: Played,
  { extraModelCalls }: CrashPoint,
): string | undefined {
  if (played.broken !== undefined) return played.broken;
  if (extraModelCalls > 1) return `${extraModelCalls} model calls were repeated`;
  const differing = Object.keys(undisturbed.end).find(
    (key) => !isDeepStrictEqual(played.end[key], undisturbed.end[key]),
  );
  if (differing === undefined) return undefined;
  const [now, before] = [played.end[differing], undisturbed.end[differing]].map(show);
  return `${differing} is ${now}, and was ${before} undisturbed`;
}

function problemOf(ledger: EffectLedger | undefined): string | undefined {
  try {
    ledger?.assertOncePerKey();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const SHOWN_CHARACTERS = 500;

function show(value: unknown): string {
  return (JSON.stringify(value) ?? "absent").slice(0, SHOWN_CHARACTERS);
}

function tell(point: CrashPoint, problem: string | undefined, tookMs: number): string {
  const how = problem ?? (point.crashed ? "same end" : "same end, but the entry was not written");
  return `${point.entry}: ${how} (${tookMs} ms)`;
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
