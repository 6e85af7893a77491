// Owns what supervising takes of the outside: a part of the admin API, and one command to a task.

/** The part of the admin API and the ingress that supervising takes. */
export interface SupervisorPorts {
  query(sql: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
  resumeInvocation(id: string, options: { readonly deployment: string }): Promise<unknown>;
  killInvocation(id: string): Promise<unknown>;
  pauseInvocation(id: string): Promise<unknown>;
  /** The agent object's `recover`. */
  recover(
    task: { readonly agent: string; readonly taskId: string },
    input: {
      readonly reason: string;
      readonly park: boolean;
      readonly attempts?: number;
      readonly abort?: true;
    },
  ): Promise<void>;
}
