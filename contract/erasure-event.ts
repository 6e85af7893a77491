// Owns what the task log says of its own erasure (R102). A part of event.ts, whose rules of
// compatibility hold here.

export interface ErasureEventData {
  /** Nobody may erase it, or anybody who may erase may again. */
  "task.preserved": { preserved: boolean };
  /**
   * The content of all entries before this one is erased; their hashes stay. This one stays readable
   * for ever, so its reason should name nobody.
   */
  "task.erased": {
    /** Whether the artifacts that they refer to are removed as well. */
    artifacts: "remove" | "keep";
  };
}
