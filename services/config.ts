// Owns the settings of a process: the only reader of process.env, what each variable must be,
// and what a person reads when one is wrong. Secrets leave it as functions, which no log,
// no JSON and no error message prints.
import { isIP } from "node:net";
import { resolve } from "node:path";
import { z } from "zod";
import type { StuckBounds } from "../contract/watch.ts";
import { isLoopback } from "../core/is-loopback.ts";

export interface Config {
  readonly restate: {
    readonly ingressUrl: string;
    readonly adminUrl: string;
    /** Ports, on 127.0.0.1, of a server of our own; undefined when the URLs are another's. */
    readonly embedded: EmbeddedPorts | undefined;
  };
  /** Absolute. */
  readonly dataDir: string;
  readonly worker: {
    readonly host: string;
    readonly port: number;
    /** Requests that none of these signed are refused. Never empty outside of loopback. */
    readonly identityKeys: readonly string[];
  };
  /** Of `holdfast dev`. */
  readonly gateway: { readonly port: number };
  readonly model: {
    /** Answers with the key. */
    readonly apiKey: (() => string) | undefined;
    readonly baseUrl: string | undefined;
    readonly name: string | undefined;
    readonly api: "responses" | "chat";
  };
  /** From when on a task counts as stuck, in milliseconds; what is absent is the default. */
  readonly watch: Partial<StuckBounds>;
  readonly logLevel: z.infer<typeof logLevelSchema>;
}

/** What the command line speaks to (docs/cli.md). */
export interface ClientConfig {
  /** A gateway's address; undefined for a server on this machine. */
  readonly url: string | undefined;
  /** Answers with the API key or token. */
  readonly key: (() => string) | undefined;
  readonly restate: Config["restate"];
}

interface EmbeddedPorts {
  readonly ingress: number;
  readonly admin: number;
  readonly fabric: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** `EX_CONFIG` of sysexits.h. */
const BAD_CONFIG_EXIT_CODE = 78;

const logLevelSchema = z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]);
const urlSchema = z.url({ protocol: /^https?$/ });
const portSchema = z
  .string()
  .regex(/^\d{1,5}$/)
  .transform(Number)
  .pipe(z.int().min(1).max(65_535));
const secondsSchema = z
  .string()
  .regex(/^\d{1,8}$/)
  .transform(Number)
  .pipe(z.int().min(1));
const hostSchema = z.string().refine((host) => host === "localhost" || isIP(host) !== 0);
// What an HTTP header takes; a pasted line break would be an obscure error much later.
const apiKeySchema = z.string().regex(/^[\x21-\x7e]+$/);
const identityKeysSchema = z
  .string()
  .transform((text) => text.split(",").map((key) => key.trim()))
  .pipe(z.array(z.string().regex(/^publickeyv1_[1-9A-HJ-NP-Za-km-z]+$/)).min(1));

// A key would travel in clear.
const clientUrlSchema = urlSchema.refine((url) => url.startsWith("https:") || isLoopbackUrl(url));

const SECONDS = "a number of seconds from 1 to 99999999";

const FLAG = variable(z.stringbool(), "true or false", "true");

// A variable that is unset or empty is absent: that is how a .env file switches one off.
const VARIABLES = {
  RESTATE_INGRESS_URL: variable(urlSchema, "an http or https URL", "http://127.0.0.1:8080"),
  RESTATE_ADMIN_URL: variable(urlSchema, "an http or https URL", "http://127.0.0.1:9070"),
  HOLDFAST_INGRESS_PORT: variable(portSchema, "a port from 1 to 65535", "8080"),
  HOLDFAST_ADMIN_PORT: variable(portSchema, "a port from 1 to 65535", "9070"),
  HOLDFAST_FABRIC_PORT: variable(portSchema, "a port from 1 to 65535", "5122"),
  HOLDFAST_DATA_DIR: variable(z.string(), "a directory", ".holdfast"),
  HOLDFAST_WORKER_PORT: variable(portSchema, "a port from 1 to 65535", "9080"),
  HOLDFAST_BIND: variable(hostSchema, "an IP address or localhost", "127.0.0.1"),
  HOLDFAST_IDENTITY_KEYS: variable(
    identityKeysSchema,
    "public keys as Restate prints them at its start, separated by commas",
    "publickeyv1_w7YHemBctH5Ck2nQRQ47iBBqhNHy4FV7t2Usbye2A6f",
  ),
  OPENAI_API_KEY: variable(apiKeySchema, "a key without spaces or line breaks", "sk-..."),
  OPENAI_BASE_URL: variable(urlSchema, "an http or https URL", "https://api.openai.com/v1"),
  OPENAI_MODEL: variable(z.string().regex(/^\S+$/), "a model's name without spaces", "gpt-5"),
  HOLDFAST_MODEL_API: variable(z.enum(["responses", "chat"]), "responses or chat", "responses"),
  HOLDFAST_URL: variable(
    clientUrlSchema,
    "an https URL, or http on this machine",
    "https://agents.example.com",
  ),
  HOLDFAST_KEY: variable(apiKeySchema, "a key without spaces or line breaks", "hfk_..."),
  HOLDFAST_GATEWAY_PORT: variable(portSchema, "a port from 1 to 65535", "8090"),
  HOLDFAST_STUCK_QUEUED: variable(secondsSchema, SECONDS, "300"),
  HOLDFAST_STUCK_STALLED: variable(secondsSchema, SECONDS, "900"),
  HOLDFAST_STUCK_OVERDUE: variable(secondsSchema, SECONDS, "300"),
  HOLDFAST_STUCK_RETRYING: variable(secondsSchema, SECONDS, "1800"),
  HOLDFAST_STUCK_ESCALATE: variable(secondsSchema, SECONDS, "3600"),
  OTEL_EXPORTER_OTLP_ENDPOINT: variable(urlSchema, "an http or https URL", "http://127.0.0.1:4318"),
  OTEL_SERVICE_NAME: variable(z.string(), "a name", "holdfast"),
  OTEL_SDK_DISABLED: FLAG,
  OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: FLAG,
  LOG_LEVEL: variable(logLevelSchema, `one of ${logLevelSchema.options.join(", ")}`, "info"),
};

interface Variable<T> {
  readonly schema: z.ZodType<T>;
  readonly must: string;
  readonly example: string;
}

function variable<T>(schema: z.ZodType<T>, must: string, example: string): Variable<T> {
  return { schema, must, example };
}

type Name = keyof typeof VARIABLES;
type ValueOf<N extends Name> = (typeof VARIABLES)[N] extends Variable<infer T> ? T : never;
/** The value of a variable, or undefined when it is absent or wrong. */
type Read = <N extends Name>(name: N) => ValueOf<N> | undefined;
/** Takes one line about what is wrong. */
type Complain = (problem: string) => void;

/** Throws an Error with one line per variable that is wrong; never with a variable's value. */
export function readConfig(environment: Environment = process.env): Config {
  return readAll(environment, (read, complain) => {
    const config: Config = {
      restate: readRestate(read, complain, environment),
      dataDir: resolve(read("HOLDFAST_DATA_DIR") ?? ".holdfast"),
      worker: readWorker(read, complain),
      gateway: { port: read("HOLDFAST_GATEWAY_PORT") ?? 8090 },
      model: readModel(read),
      watch: readWatch(read),
      logLevel: read("LOG_LEVEL") ?? "info",
    };
    complainOfEqualPorts(config, complain);
    return config;
  });
}

/** As `readConfig`, of what a client needs, and of nothing else. */
export function readClientConfig(environment: Environment = process.env): ClientConfig {
  return readAll(environment, (read, complain) => {
    const url = read("HOLDFAST_URL");
    const key = read("HOLDFAST_KEY");
    if (environment["HOLDFAST_KEY"] && !environment["HOLDFAST_URL"])
      complain("HOLDFAST_URL is missing while HOLDFAST_KEY is set: a key is a gateway's");
    const restate = readRestate(read, complain, environment);
    for (const [name, address] of [
      ["RESTATE_INGRESS_URL", restate.ingressUrl],
      ["RESTATE_ADMIN_URL", restate.adminUrl],
    ] as const) {
      if (url !== undefined || isLoopbackUrl(address)) continue;
      complain(
        `${name} is not on this machine, and nobody is authenticated there: set HOLDFAST_URL`,
      );
    }
    return { url, key: key === undefined ? undefined : () => key, restate };
  });
}

/** As `readConfig`, of `telemetry` of `createApp`: undefined where no collector is named. */
export function readTelemetryConfig(environment: Environment = process.env) {
  return readAll(environment, (read) => {
    const endpoint = read("OTEL_EXPORTER_OTLP_ENDPOINT");
    const serviceName = read("OTEL_SERVICE_NAME");
    const content = read("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT") ?? false;
    if (read("OTEL_SDK_DISABLED") === true || endpoint === undefined) return undefined;
    return { endpoint, content, ...(serviceName === undefined ? {} : { serviceName }) };
  });
}

/** The environment of a process that is started, with these in it. */
export function environmentWith(more: Environment): Environment {
  return { ...process.env, ...more };
}

function readAll<T>(environment: Environment, build: (read: Read, complain: Complain) => T): T {
  const problems: string[] = [];
  const read: Read = <N extends Name>(name: N) => {
    const text = environment[name];
    if (text === undefined || text === "") return undefined;
    const { schema, must, example } = VARIABLES[name];
    const parsed = schema.safeParse(text);
    if (!parsed.success) problems.push(`${name} must be ${must}, for example ${example}`);
    return parsed.data as ValueOf<N> | undefined;
  };
  const built = build(read, (problem) => void problems.push(problem));
  if (problems.length > 0) throw new Error(problems.join("\n"));
  return built;
}

/** As `readConfig`, for the start of a process: says on stderr what is wrong and exits with 78. */
export function exitOnBadConfig(environment: Environment = process.env): Config {
  try {
    return readConfig(environment);
  } catch (error) {
    process.stderr.write(`The configuration cannot be used:\n${(error as Error).message}\n`);
    // Nothing listens yet, and nothing may start to.
    // oxlint-disable-next-line unicorn/no-process-exit
    process.exit(BAD_CONFIG_EXIT_CODE);
  }
}

function readRestate(read: Read, complain: Complain, given: Environment): Config["restate"] {
  const ingressUrl = read("RESTATE_INGRESS_URL");
  const adminUrl = read("RESTATE_ADMIN_URL");
  const embedded = {
    ingress: read("HOLDFAST_INGRESS_PORT") ?? 8080,
    admin: read("HOLDFAST_ADMIN_PORT") ?? 9070,
    fabric: read("HOLDFAST_FABRIC_PORT") ?? 5122,
  };
  for (const [name, other] of [
    ["RESTATE_INGRESS_URL", "RESTATE_ADMIN_URL"],
    ["RESTATE_ADMIN_URL", "RESTATE_INGRESS_URL"],
  ] as const) {
    if (given[name] || !given[other]) continue;
    complain(`${name} is missing while ${other} is set, for example ${VARIABLES[name].example}`);
  }
  if (ingressUrl !== undefined && adminUrl !== undefined) {
    return { ingressUrl, adminUrl, embedded: undefined };
  }
  return {
    ingressUrl: `http://127.0.0.1:${embedded.ingress}`,
    adminUrl: `http://127.0.0.1:${embedded.admin}`,
    embedded,
  };
}

function isLoopbackUrl(url: string): boolean {
  return isLoopback(URL.parse(url)?.hostname.replaceAll(/[[\]]/g, "") ?? "");
}

function readWorker(read: Read, complain: Complain): Config["worker"] {
  const host = read("HOLDFAST_BIND") ?? "127.0.0.1";
  const identityKeys = read("HOLDFAST_IDENTITY_KEYS") ?? [];
  if (!isLoopback(host) && identityKeys.length === 0) {
    complain(
      "HOLDFAST_IDENTITY_KEYS is missing while HOLDFAST_BIND is not loopback: anybody who " +
        `reaches the worker could run it, for example ${VARIABLES.HOLDFAST_IDENTITY_KEYS.example}`,
    );
  }
  return { host, port: read("HOLDFAST_WORKER_PORT") ?? 9080, identityKeys };
}

function readModel(read: Read): Config["model"] {
  const apiKey = read("OPENAI_API_KEY");
  return {
    apiKey: apiKey === undefined ? undefined : () => apiKey,
    baseUrl: read("OPENAI_BASE_URL"),
    name: read("OPENAI_MODEL"),
    api: read("HOLDFAST_MODEL_API") ?? "responses",
  };
}

function readWatch(read: Read): Config["watch"] {
  const given = {
    queuedMs: read("HOLDFAST_STUCK_QUEUED"),
    stalledMs: read("HOLDFAST_STUCK_STALLED"),
    overdueMs: read("HOLDFAST_STUCK_OVERDUE"),
    retryingMs: read("HOLDFAST_STUCK_RETRYING"),
    escalateMs: read("HOLDFAST_STUCK_ESCALATE"),
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, s]) => (s === undefined ? [] : [[name, s * 1_000]])),
  );
}

function complainOfEqualPorts({ restate: { embedded }, worker }: Config, complain: Complain): void {
  if (embedded === undefined) return;
  const names = new Map<number, string>();
  for (const [name, port] of [
    ["HOLDFAST_INGRESS_PORT", embedded.ingress],
    ["HOLDFAST_ADMIN_PORT", embedded.admin],
    ["HOLDFAST_FABRIC_PORT", embedded.fabric],
    ["HOLDFAST_WORKER_PORT", worker.port],
  ] as const) {
    const other = names.get(port);
    if (other !== undefined) complain(`${name} must be another port than ${other}`);
    names.set(port, name);
  }
}
