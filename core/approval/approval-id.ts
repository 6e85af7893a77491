// Owns the key of an approval object: one per request for one operation (decision 0006).
import { digestOf } from "../digest.ts";

/** `request` counts from 1: a request that went stale is followed by a new one. */
export function approvalId(operationId: string, request: number): string {
  return digestOf({ operationId, request });
}
