// Owns how these tests speak to a gateway: by a request for a route, with a credential.
import type { Route } from "../../../gateway/route.ts";
import { ROUTES } from "../../../gateway/routes.ts";
import { EXAMPLES, type Ids } from "./route-examples.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Parsed; undefined where it is not JSON. */
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Sent {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Of `Authorization: Bearer`; none by default. */
  readonly as?: string | undefined;
}

export type Call = (path: string, sent?: Sent) => Promise<Answer>;

export function clientOf(send: (path: string, init: RequestInit) => Promise<Response>): Call {
  return async (path, { method = "GET", body, headers = {}, as } = {}) => {
    const isText = typeof body === "string";
    const response = await send(path, {
      method,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(body === undefined || isText ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await textOf(response);
    return { status: response.status, text, headers: response.headers, body: parse(text) };
  };
}

/** A stream has no end. */
async function textOf(response: Response): Promise<string> {
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (!isStream) return response.text();
  await response.body?.cancel();
  return "";
}

function parse(text: string): Answer["body"] {
  try {
    return JSON.parse(text) as Answer["body"];
  } catch {
    return {};
  }
}

export function routeNamed(name: string): Route {
  const found = ROUTES.find((route) => route.name === name);
  if (found === undefined) throw new Error(`no route ${name}`);
  return found;
}

export function exampleOf(name: string, ids: Ids) {
  const example = EXAMPLES[name];
  if (example === undefined) throw new Error(`route ${name} has no example; give it one`);
  return example(ids);
}

/** The path of a route's example, with these ids. */
export function pathOf({ name, path }: Route, ids: Ids): string {
  const { query } = exampleOf(name, ids);
  const filled = path.replaceAll(/:(\w+)/g, (_, param: keyof Ids) =>
    encodeURIComponent(ids[param]),
  );
  return query === undefined ? filled : `${filled}?${query}`;
}

/** The example request of a route. */
export function callRoute(call: Call, name: string, ids: Ids, as?: string): Promise<Answer> {
  const route = routeNamed(name);
  const { body } = exampleOf(name, ids);
  return call(pathOf(route, ids), {
    method: route.method,
    as,
    ...(body === undefined ? {} : { body }),
  });
}

/** What nobody has. */
export const NOBODYS: Ids = {
  agent: "desk",
  taskId: "of-nobody",
  scheduleId: "of-nobody",
  approvalId: "0".repeat(64),
  sha256: "0".repeat(64),
  source: "nobody",
  date: "2026-12-01",
  owner: "nobody",
  operationId: "of/0/0/0",
  digest: "0".repeat(64),
  tenant: "nobody",
};
