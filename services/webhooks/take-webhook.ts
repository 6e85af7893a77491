// Owns taking a webhook: its source's secrets, its verification, and what event it is. Runs inside
// one action, so that secrets reach no journal (L9) and a replay decides what was decided.
import type { Logger } from "pino";
import type { StoredText, StoreText } from "../../contract/artifact.ts";
import type { ResolveCredential } from "../../contract/effect-port.ts";
import { idProblem } from "../../contract/ids.ts";
import {
  DEFAULT_TOLERANCE_MS,
  type ReceivedWebhook,
  type TakenWebhook,
  type TakeWebhook,
  UNKNOWN_SOURCES_KEY,
  WEBHOOK_SERVICE,
  type WebhookRefusal,
  type WebhookSettings,
  type WebhookSource,
} from "../../contract/webhook.ts";
import { createRefusalMeter } from "./refusal-meter.ts";
import { verifySignature } from "./verify-signature.ts";

export interface WebhookPorts {
  /** Absent: no secret can be had. */
  readonly resolveCredential?: ResolveCredential;
  readonly storeText: StoreText;
  /** Payloads above it, in bytes, leave the journal. */
  readonly inlineLimitBytes: number;
  readonly logger: Logger;
}

export function createTakeWebhook(
  settings: WebhookSettings | undefined,
  ports: WebhookPorts,
): TakeWebhook {
  const sources = new Map(Object.entries(settings?.sources ?? {}));
  const meter = createRefusalMeter();
  return async (webhook, signal) => {
    const source = sources.get(webhook.source);
    if (source === undefined) return refused(UNKNOWN_SOURCES_KEY, "source");
    const secrets = await secretsOf(webhook.source, source, ports, signal);
    if (secrets.length === 0) return { outcome: "unavailable" };
    const verified = verifySignature(webhook, secrets, source.toleranceMs ?? DEFAULT_TOLERANCE_MS);
    if ("refusal" in verified) return refused(webhook.source, verified.refusal);
    return eventOf(webhook, source, verified.text, ports);
  };

  function refused(source: string, refusal: WebhookRefusal): TakenWebhook {
    return { outcome: "refused", refusal, count: meter(source, refusal) };
  }
}

/** Those that can be had now: with two of them, one that is missing stops nobody. */
async function secretsOf(
  name: string,
  { secrets, tenant }: WebhookSource,
  { resolveCredential, logger }: WebhookPorts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const origin = {
    agent: name,
    taskId: name,
    taskUid: name,
    tool: WEBHOOK_SERVICE,
    ...(tenant === undefined ? {} : { tenant }),
  };
  const found: string[] = [];
  for (const credential of secrets) {
    const problem = await addSecret(credential);
    if (problem !== undefined) logger.error({ source: name, credential, problem }, "no secret");
  }
  return found;

  async function addSecret(credential: string): Promise<string | undefined> {
    if (resolveCredential === undefined) return "the app has no credentials; give it `credentials`";
    try {
      const answer = await resolveCredential(credential, origin, signal);
      if ("missing" in answer) return answer.missing;
      if (!SECRET.test(answer.value)) return "it is not whsec_ and 24 to 64 bytes in base64";
      found.push(answer.value);
      return undefined;
    } catch {
      return "its source could not be asked";
    }
  }
}

/** The standard's form: 24 to 64 bytes, as base64, with or without the prefix. */
const SECRET = /^(?:whsec_)?[A-Za-z0-9+/]{32,86}={0,2}$/;

async function eventOf(
  webhook: ReceivedWebhook,
  source: WebhookSource,
  text: string,
  ports: WebhookPorts,
): Promise<TakenWebhook> {
  const invalid = (problem: string): TakenWebhook => ({ outcome: "invalid", problem });
  const body = parse(text);
  if (body === undefined) return invalid("the body is not JSON");
  const eventId = `${webhook.source}/${webhook.id ?? ""}`;
  const wrongId = idProblem(eventId);
  if (wrongId !== undefined) return invalid(`the header webhook-id, after its source, ${wrongId}`);
  const topic = read(() => (typeof source.topic === "string" ? source.topic : source.topic(body)));
  if (topic === undefined) return invalid("the event has no topic");
  const key = read(() => source.key(body));
  if (key === undefined) return invalid("the event has no correlation key");
  const payload = source.payload === undefined ? { text } : made(source.payload, body);
  if (payload === undefined) return invalid("the source's payload function failed");
  return {
    outcome: "ok",
    ...(source.tenant === undefined ? {} : { tenant: source.tenant }),
    topic,
    key,
    eventId,
    payload: await stored(payload.text, source, ports),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What an app's function says, if it is an identifier. */
function read(ask: () => unknown): string | undefined {
  try {
    const said = ask();
    return typeof said === "string" && idProblem(said) === undefined ? said : undefined;
  } catch {
    // Its text may quote the body.
    return undefined;
  }
}

function made(
  make: NonNullable<WebhookSource["payload"]>,
  body: unknown,
): { readonly text: string } | undefined {
  try {
    const text = JSON.stringify(make(body) ?? null) as string | undefined;
    return text === undefined ? undefined : { text };
  } catch {
    return undefined;
  }
}

/** A large payload leaves the journal (L6). */
async function stored(
  text: string,
  { tenant }: WebhookSource,
  { storeText, inlineLimitBytes }: WebhookPorts,
): Promise<StoredText> {
  if (new TextEncoder().encode(text).length <= inlineLimitBytes) return { text };
  return { artifact: await storeText(text, tenant) };
}
