// Owns what an operation's id says of its place, for whoever has only the id.

/** The step of an operation of this task, or of what is made for one, such as its undoing. */
export function stepOf(taskUid: string, operationId: string): number | undefined {
  if (!operationId.startsWith(`${taskUid}/`)) return undefined;
  const step = Number.parseInt(operationId.slice(taskUid.length + 1), 10);
  return Number.isNaN(step) ? undefined : step;
}
