// Owns the form of every error of the gateway: problem details (RFC 9457) with a stable code. The
// runtime's own codes pass through (contract/errors.ts); those of the gateway are here.
import { STATUS_CODES } from "node:http";
import { ERROR_STATUS, type ErrorCode } from "../contract/errors.ts";

/** Code to HTTP status; docs/gateway.md has the same table. */
export const GATEWAY_STATUS = {
  unauthenticated: 401,
  forbidden: 403,
  route_not_found: 404,
  artifact_not_found: ERROR_STATUS.artifact_not_found,
  invalid_cursor: 400,
  unsupported_media_type: 415,
  foreign_origin: ERROR_STATUS.foreign_origin,
  rate_limited: 429,
  runtime_failed: 502,
  runtime_unavailable: 503,
  authentication_unavailable: 503,
  runtime_timeout: 504,
  internal: 500,
} as const;

export type GatewayCode = keyof typeof GATEWAY_STATUS | ErrorCode;
const STATUS: Readonly<Record<GatewayCode, number>> = { ...ERROR_STATUS, ...GATEWAY_STATUS };

export interface Problem {
  readonly type: "about:blank";
  readonly title: string;
  readonly status: number;
  readonly code: GatewayCode;
  readonly detail: string;
  /** What the runtime tells beside its code, such as who has decided already. */
  readonly details?: Readonly<Record<string, string>>;
}

const KIND = "holdfast-gateway-problem";

interface ProblemError extends Error {
  readonly problem: Problem;
}

/** An error that reaches the caller. `detail` never quotes what the caller sent. */
export function problem(
  code: GatewayCode,
  detail: string,
  details: Readonly<Record<string, string>> = {},
): ProblemError {
  const status = STATUS[code];
  const title = STATUS_CODES[status] ?? "Error";
  const told = Object.keys(details).length === 0 ? {} : { details };
  const told404 = status === 404 ? { detail: NOT_THERE } : { detail, ...told };
  const body: Problem = { type: "about:blank", title, status, code, ...told404 };
  return Object.assign(new Error(detail), { name: KIND, problem: body });
}

/** One text for all that is not there and all that is not yours (R47). */
const NOT_THERE = "there is nothing here that you may see";

export function problemOf(error: unknown): Problem | undefined {
  return error instanceof Error && error.name === KIND
    ? (error as ProblemError).problem
    : undefined;
}

export function isRuntimeCode(code: unknown): code is ErrorCode {
  return typeof code === "string" && Object.hasOwn(ERROR_STATUS, code);
}

/** The answer that a caller gets. */
export function problemResponse(
  body: Problem,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}
