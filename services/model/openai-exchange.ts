// Owns one exchange with a server that speaks OpenAI's protocols: the client, the key at the
// time of the call, the gate, and failures as values. The dialects own the bodies.
import { OpenAI } from "openai";
import { digestOf } from "../../core/digest.ts";
import type { HearText, ModelProvider, ModelRequest, ProviderReply } from "../../contract/model.ts";
import { abortError } from "./abort.ts";
import { boundedFetch, isEventStream } from "./bounded-fetch.ts";
import { createGate } from "./gate.ts";
import type { GateOptions } from "./gate.ts";
import { MALFORMED, troubleOf } from "./provider-trouble.ts";
import { readStream, type ReadEvents, type Trouble } from "./read-stream.ts";
import { parseWireJson } from "./wire-json.ts";

const DEFAULT_BASE_URL = "https://api.openai.com/v1";
/** The longest delay of a timer. The client cannot do without a timeout; ours is the signal. */
const NEVER_MS = 2 ** 31 - 1;

export interface OpenAIOptions {
  /** The key, or where to get it: asked at each call, sent, and kept nowhere (L9). */
  readonly apiKey: string | (() => string | Promise<string>);
  /** Of any server that speaks the protocol, `/v1` included. Default OpenAI's. */
  readonly baseURL?: string;
  readonly gate?: GateOptions;
}

/** What a dialect makes of a body, before the exchange adds what both have in common. */
export type DecodedReply = Exclude<ProviderReply, { kind: "answered" }> | DecodedAnswer;
export type DecodedAnswer = Omit<
  Extract<ProviderReply, { kind: "answered" }>,
  "response" | "requestDigest"
>;

type How = { readonly signal: AbortSignal; readonly headers: Record<string, string> };

export interface Dialect<Body> {
  readonly encode: (request: ModelRequest) => Body;
  readonly send: (client: OpenAI, body: Body, how: How) => { asResponse(): Promise<Response> };
  readonly decode: (body: unknown, request: ModelRequest) => DecodedReply;
  /** The same body, to be answered as a stream, and how that is read. */
  readonly streamed: (body: Body) => Body;
  readonly readEvents: ReadEvents;
}

/** A provider of one dialect. Throws when `baseURL` is not a URL. */
export function createOpenAIProvider<Body>(
  options: OpenAIOptions,
  dialect: Dialect<Body>,
): ModelProvider {
  const client = createClient(options.baseURL ?? DEFAULT_BASE_URL);
  const gate = createGate(options.gate);
  const exchange = async (
    request: ModelRequest,
    signal: AbortSignal,
    hear: HearText | undefined,
  ): Promise<ProviderReply> => {
    const key = await resolveKey(options.apiKey);
    if (key === undefined) return { kind: "operator", code: "authentication" };
    const plain = dialect.encode(request);
    const body = hear === undefined ? plain : dialect.streamed(plain);
    const how = { signal, headers: { authorization: `Bearer ${key}` } };
    const read = (answer: Response): Promise<string | Trouble> =>
      // A server that knows no streams answers as it always does.
      hear === undefined || !isEventStream(answer)
        ? answer.text()
        : readStream(answer, { read: dialect.readEvents, hear, signal, client });
    const response = await post(
      async () => read(await dialect.send(client, body, how).asResponse()),
      signal,
    );
    if (typeof response !== "string") return response;
    const decoded = decode(dialect, response, request);
    return decoded.kind === "answered"
      ? { ...decoded, response, requestDigest: digestOf(body) }
      : decoded;
  };
  return { call: (request, signal, hear) => gate(() => exchange(request, signal, hear), signal) };
}

function createClient(baseURL: string): OpenAI {
  if (!URL.canParse(baseURL)) throw new TypeError("baseURL must be a URL");
  return new OpenAI({
    baseURL,
    fetch: boundedFetch,
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: "off",
    // Each call brings its own key. What is absent the client would read from the environment.
    apiKey: "resolved-at-call",
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
  });
}

/** The key, or undefined when there is none that a header can carry. */
async function resolveKey(source: OpenAIOptions["apiKey"]): Promise<string | undefined> {
  try {
    const key = typeof source === "string" ? source : await source();
    // A header that is refused for its characters is refused with a message that quotes it.
    return /^[\x21-\x7e]+$/.test(key) ? key : undefined;
  } catch {
    return undefined;
  }
}

async function post(
  send: () => Promise<string | Trouble>,
  signal: AbortSignal,
): Promise<string | Trouble> {
  try {
    return await send();
  } catch (error) {
    if (signal.aborted) throw abortError();
    const trouble = troubleOf(error, Date.now());
    if (trouble === undefined) throw error;
    return trouble;
  }
}

function decode<Body>(
  dialect: Dialect<Body>,
  response: string,
  request: ModelRequest,
): DecodedReply {
  try {
    return dialect.decode(parseWireJson(response), request);
  } catch (error) {
    // Not JSON, or nested beyond what the stack holds.
    if (error instanceof SyntaxError || error instanceof RangeError) return MALFORMED;
    throw error;
  }
}
