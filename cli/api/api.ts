// Owns how a command asks for a route of the gateway's API, and what of a refusal a person reads. Where
// the gateway is, is connect.ts's.
import type { Problem } from "../../gateway/problem.ts";
import { EXIT, exitCodeOf } from "../exit-code.ts";
import { cliProblem, interrupted } from "../problem.ts";

export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PUT";
  /** Parts of the path after /v1, as they are: they are encoded here. */
  readonly path: readonly string[];
  /** What is undefined is left out. */
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
  /** What it is about, for the sentence that it is not there: `task case-1 of desk`. */
  readonly about: string;
}

export interface Api {
  /** Whether it says by itself what happens: a gateway that goes on when the command has ended. */
  readonly tells: boolean;
  /** The route's answer. Rejects with a problem of the command line. */
  ask<T>(request: ApiRequest): Promise<T>;
  /** The same of an answer that is no JSON, before its body was read. */
  open(request: ApiRequest): Promise<Response>;
}

/** A gateway, wherever it is. */
export interface Place {
  readonly url: string;
  /** Of `Authorization: Bearer`. */
  readonly key: (() => string) | undefined;
  readonly tells: boolean;
  fetch(request: Request): Promise<Response>;
  /** In the place of what a refusal says, where more is known here. */
  readonly sentences: Readonly<Partial<Record<Problem["code"], string>>>;
}

export function createApi(place: Place, signal: AbortSignal): Api {
  const open = async (request: ApiRequest) => {
    const response = await reach(place, request, signal);
    if (response.ok) return response;
    const answer = parse(await response.text());
    throw refusal(place, request, { status: response.status, answer });
  };
  return {
    tells: place.tells,
    open,
    ask: async <T>(request: ApiRequest) => {
      const response = await open(request);
      const answer = parse(await response.text());
      if (answer !== undefined) return answer as T;
      throw refusal(place, request, { status: response.status, answer });
    },
  };
}

async function reach(place: Place, request: ApiRequest, signal: AbortSignal): Promise<Response> {
  const { method = request.body === undefined ? "GET" : "POST", body } = request;
  try {
    return await place.fetch(
      new Request(urlOf(place.url, request), {
        method,
        signal,
        headers: {
          ...(place.key === undefined ? {} : { authorization: `Bearer ${place.key()}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  } catch (error) {
    if (signal.aborted) throw interrupted();
    const message = `the gateway at ${place.url} does not answer (${reasonOf(error)})`;
    throw cliProblem(EXIT.unreachable, "unreachable", message);
  }
}

function urlOf(base: string, { path, query = {} }: ApiRequest): URL {
  // Below a path that the gateway may be served under.
  const url = new URL(
    `${base.replace(/\/$/, "")}/${["v1", ...path].map(encodeURIComponent).join("/")}`,
  );
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

/** The reason in fetch's own error is one level down. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? String(cause.code) : "no answer";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(
  place: Place,
  { about }: ApiRequest,
  { status, answer }: { readonly status: number; readonly answer: unknown },
): Error {
  if (!isProblem(answer)) {
    const message = `${place.url} is no gateway of Holdfast: it answered ${status}`;
    return cliProblem(EXIT.configuration, "no_gateway", message);
  }
  const { code, detail } = answer;
  const sentence = place.sentences[code] ?? missing(code, about) ?? detail;
  return cliProblem(exitCodeOf(status), code, sentence);
}

/** One for all that is not there: the gateway itself says only that there is nothing. */
function missing(code: Problem["code"], about: string): string | undefined {
  if (code === "route_not_found") return "the gateway has no such route: its version is another";
  if (code === "artifact_not_found")
    return "the gateway has no artifacts: it was given no store, or one of them is gone (--artifacts left-out)";
  if (code === "agent_not_found") return `no worker that is registered serves ${about}`;
  return code.endsWith("_not_found") && code !== "operation_not_found"
    ? `there is no ${about} that you may see`
    : undefined;
}

function isProblem(answer: unknown): answer is Problem {
  return typeof answer === "object" && answer !== null && "code" in answer && "detail" in answer;
}
