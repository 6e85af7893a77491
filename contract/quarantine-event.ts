// Owns what the task log says of messages that no segment gets past (F23), and of what people make
// of them. A part of event.ts, whose rules of compatibility hold here.

export interface QuarantineEventData {
  /**
   * The message whose `message.received` is at `seq` has left the context: segments were tried
   * `attempts` times since it came, and none got anywhere.
   */
  "message.quarantined": { messageId: string; seq: number; attempts: number; reason: string };
  /** It is taken in once more: `message.received` or `message.queued` follows. */
  "message.retried": { messageId: string; seq: number };
  /** It is never taken in again. */
  "message.dropped": { messageId: string; seq: number };
}
