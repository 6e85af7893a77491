// The public export list of holdfast/testing.
export { comparableLog } from "./comparable-log.ts";
export type { ComparableEvent } from "./comparable-log.ts";
export { crashAtEveryEntry } from "./crash-runner.ts";
export type { CrashOptions, CrashPoint, CrashReport } from "./crash-runner.ts";
export { serveCrashWorker } from "./crash-worker.ts";
export type { CrashSettings } from "./crash-worker.ts";
export { openEffectLedger } from "./effect-ledger.ts";
export type { EffectLedger, LedgerEffect, LedgerRequest } from "./effect-ledger.ts";
export { assertHistory, checkHistory } from "./history/check-history.ts";
export type {
  History,
  HistoryEffect,
  HistoryOperation,
  HistoryTask,
  ToolRule,
} from "./history/history.ts";
export { recordHistory } from "./history/record-history.ts";
export type { ArrivedEffect, HistoryOptions, HistoryRecorder } from "./history/record-history.ts";
export { HISTORY_LAWS, tellViolation } from "./history/violation.ts";
export type { HistoryLaw, Violation } from "./history/violation.ts";
export { runInMemory } from "./in-memory-runner.ts";
export type { BudgetClient, InMemoryOptions, InMemoryTask } from "./in-memory-runner.ts";
export { connectTask } from "./ingress-client.ts";
export type { IngressTarget } from "./ingress-client.ts";
export { createVirtualClock } from "./memory/virtual-clock.ts";
export type { VirtualClock } from "./memory/virtual-clock.ts";
export type { ScriptedAnswer, ScriptedCall, WireFailure } from "./model/model-answer.ts";
export type { SeenMessage, SeenRequest } from "./model/seen-request.ts";
export type { ModelReply, TestModel } from "./model/test-model.ts";
export { recordedModel } from "./recorded-model.ts";
export type { RecordedCalls, RecordedModel, Recording } from "./recorded-model.ts";
export { scriptedModel } from "./scripted-model.ts";
export type { ScriptedModel, ScriptStep, StepCalls } from "./scripted-model.ts";
export { serveModel } from "./serve-model.ts";
export type { ModelServer } from "./serve-model.ts";
export type {
  AskOptions,
  Decision,
  MessageOptions,
  PublishedEvent,
  TaskClient,
} from "./task-client.ts";
export type { TaskProblem } from "./task-problem.ts";
