// Owns how a model names an operation of its task: by its id without the task's, which would only cost
// it words, and be another in each run of the same conversation.

/** `taskUid/step/ordinal/attempt` without the first. */
export function nameOfOperation(operationId: string): string {
  return operationId.slice(operationId.indexOf("/") + 1);
}

/** The operation id that a model means: by its name, or by all of it. */
export function operationNamed({ taskUid }: { readonly taskUid: string }, name: string): string {
  return name.startsWith(`${taskUid}/`) ? name : `${taskUid}/${name}`;
}
