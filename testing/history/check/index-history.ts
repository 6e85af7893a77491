// Owns a history in the order in which the checks ask it: operations by task, and calls by the keys
// of their effects.
import type { ChainProblem } from "../../../core/log.ts";
import { chainProblem } from "../../../core/log.ts";
import { sha256 } from "../../../core/digest.ts";
import type { TaskEvent } from "../../../contract/event.ts";
import { operationId as idOf } from "../../../contract/ids.ts";
import type { History, HistoryOperation, HistoryTask } from "../history.ts";
import { nameOf } from "../violation.ts";

/** A call that a model's answer made, in one attempt. */
export interface Call {
  readonly task: HistoryTask;
  readonly operationId: string;
  /** The same for all attempts: `<taskUid>/<step>/<ordinal>`. */
  readonly position: string;
  readonly tool: string;
  /** SHA-256 of its canonical arguments, as the model wrote them. */
  readonly argumentsDigest: string;
}

export interface Indexed extends History {
  /** What clients did with a task, in the order of their calls. */
  operationsOf(task: Pick<HistoryTask, "agent" | "taskId">): readonly HistoryOperation[];
  /** The call whose effect comes with this key; of one that undoes, `undo`. */
  callOf(key: string): (Call & { readonly undo: boolean }) | undefined;
  /** The tasks whose log is whole: what another one tells is not looked into. */
  readonly sound: readonly HistoryTask[];
  readonly broken: readonly { readonly task: HistoryTask; readonly wrong: ChainProblem }[];
}

export function indexHistory(history: History): Indexed {
  const operations = Map.groupBy(history.operations, nameOf);
  const broken = history.tasks.flatMap((task) => {
    const wrong = chainProblem(task.log);
    return wrong === undefined ? [] : [{ task, wrong }];
  });
  const sound = history.tasks.filter((task) => broken.every((each) => each.task !== task));
  const keys = new Map<string, Call & { readonly undo: boolean }>();
  for (const call of sound.flatMap(callsOf)) {
    keys.set(sha256(call.operationId), { ...call, undo: false });
    keys.set(sha256(`${call.operationId}/compensate`), { ...call, undo: true });
  }
  return {
    ...history,
    sound,
    broken,
    operationsOf: (task) => operations.get(nameOf(task)) ?? [],
    callOf: (key) => keys.get(key),
  };
}

function callsOf(task: HistoryTask): readonly Call[] {
  const { taskUid } = task.view;
  const called = ({
    step,
    ordinal,
    attempt,
  }: {
    step: number;
    ordinal: number;
    attempt: number;
  }) => ({
    task,
    operationId: idOf({ taskUid, step, ordinal, attempt }),
    position: `${taskUid}/${step}/${ordinal}`,
  });
  return task.log.flatMap((event): readonly Call[] => {
    if (event.type === "call.repeated") {
      const { tool, argumentsDigest } = event.data;
      return [{ ...called(event.data), tool, argumentsDigest }];
    }
    if (event.type !== "model.answered") return [];
    const { step, answer } = event.data;
    return answer.calls.flatMap(({ name: tool, check }, ordinal) =>
      check.ok
        ? [{ ...called({ step, ordinal, attempt: 1 }), tool, argumentsDigest: check.digest }]
        : [],
    );
  });
}

/** The events of one type. */
export function eventsOf<Type extends TaskEvent["type"]>(
  { log }: Pick<HistoryTask, "log">,
  type: Type,
): readonly Extract<TaskEvent, { readonly type: Type }>[] {
  return log.filter(
    (event): event is Extract<TaskEvent, { readonly type: Type }> => event.type === type,
  );
}
