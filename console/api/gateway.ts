// Owns how the console asks the gateway: one request, its answer, or a problem in the gateway's own words.
import { authorization } from "./credential.ts";

/** Why a request was not answered. `code` is the gateway's (docs/gateway.md), or `unreachable`. */
export interface GatewayProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Readonly<Record<string, string>>;
}

export type Query = Readonly<Record<string, string | number | undefined>>;

/** Rejects with a GatewayProblem. */
export async function ask<T>(
  path: string,
  { query = {}, signal }: { readonly query?: Query; readonly signal?: AbortSignal } = {},
): Promise<T> {
  return (await answerOf(addressOf(path, query), signal === undefined ? {} : { signal })) as T;
}

/** Sends a JSON body; rejects with a GatewayProblem. */
export async function tell<T>(
  path: string,
  body: object,
  method: "POST" | "PUT" = "POST",
): Promise<T> {
  const headers = { "content-type": "application/json" };
  return (await answerOf(path, { method, headers, body: JSON.stringify(body) })) as T;
}

/** The text of an artifact; rejects with a GatewayProblem. */
export async function readArtifact(sha256: string, signal?: AbortSignal): Promise<string> {
  const init = signal === undefined ? {} : { signal };
  return (await request(`/v1/artifacts/${sha256}`, init)).text();
}

/** The path of a task of the gateway's, with what is behind it. */
export function taskPath(agent: string, taskId: string, rest = ""): string {
  return `/v1/agents/${encodeURIComponent(agent)}/tasks/${encodeURIComponent(taskId)}${rest}`;
}

export function addressOf(path: string, query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** Any failure of the gateway's, as people read it. */
export function isProblem(error: unknown): error is GatewayProblem {
  return error instanceof Error && error.name === KIND;
}

const KIND = "holdfast-gateway-problem";

type Init = Omit<RequestInit, "headers"> & {
  readonly headers?: Readonly<Record<string, string>>;
};

/** The response of a request that was taken; everything else rejects with a GatewayProblem. */
export async function request(address: string, init: Init): Promise<Response> {
  const response = await fetch(address, {
    ...init,
    headers: { ...authorization(), ...init.headers },
  }).catch((error: unknown) => {
    if (init.signal?.aborted === true) throw error;
    throw problem(0, "unreachable", "the gateway cannot be reached");
  });
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as Partial<GatewayProblem> & {
    readonly detail?: string;
  };
  const { code = "unknown", detail = `the gateway answered ${response.status}`, details } = body;
  throw problem(response.status, code, detail, details);
}

async function answerOf(address: string, init: Init): Promise<unknown> {
  return (await request(address, init)).json();
}

function problem(
  status: number,
  code: string,
  message: string,
  details: GatewayProblem["details"] = {},
): GatewayProblem {
  return Object.assign(new Error(message), { name: KIND, status, code, details });
}
