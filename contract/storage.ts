// Owns what the gateway tells of the storage that a tenant's tasks take: bytes in the server's state, and in
// the artifact store by what tasks refer to. Not in it: journals of what runs, the server's own log and
// indexes, and other objects' state, such as of approvals and budgets.

export interface StorageUse {
  /** Rows of state, and the bytes of their keys and values before the server compresses them. */
  readonly stateRows: number;
  readonly stateBytes: number;
  /** Volumes of archived logs, compressed. */
  readonly archiveBytes: number;
  /** References to texts, images and files; equal bytes are kept once, and count each time. */
  readonly artifacts: number;
  readonly artifactBytes: number;
}

export interface TaskStorage extends StorageUse {
  readonly agent: string;
  readonly taskId: string;
}

export interface AgentStorage extends StorageUse {
  readonly agent: string;
  readonly tasks: number;
}

/** Of all tasks of the caller's tenant. */
export interface StorageView extends StorageUse {
  readonly tasks: number;
  readonly agents: readonly AgentStorage[];
}

/** The tasks that take most in the state, the largest first. */
export interface LargestTasks {
  readonly tasks: readonly TaskStorage[];
}
