// Owns where a call stands in the conversation, as every event about it says.

/** Where an operation stands in the conversation. */
export interface CallPosition {
  readonly operationId: string;
  readonly step: number;
  readonly ordinal: number;
  readonly callId: string;
  readonly tool: string;
}
