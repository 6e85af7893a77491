// Owns the inboxes of a runner in memory, as objects/inbox keeps them on a server: the same rules by
// core/inbox, and no clean-up, since the process ends before there is much.
import type { EventNotice, PublishResult, Subscribe } from "../../contract/inbox.ts";
import { inboxKey, publishInputSchema } from "../../contract/inbox.ts";
import type { StoredText } from "../../contract/artifact.ts";
import type { EventAddress } from "../../contract/wait.ts";
import type { InboxState } from "../../core/inbox/inbox-state.ts";
import { inboxBounds, NEW_INBOX } from "../../core/inbox/inbox-state.ts";
import { accept, subscribe, unsubscribe } from "../../core/inbox/inbox.ts";
import type { PublishedEvent } from "../task-client.ts";
import { taskProblem } from "../task-problem.ts";
import type { PartPlace } from "./incoming.ts";
import type { VirtualClock } from "./virtual-clock.ts";

export interface MemoryInbox {
  subscribe(place: InboxPlace, wait: Omit<Subscribe, "v">): void;
  unsubscribe(place: InboxPlace, operationId: string): void;
  publish(input: PublishedEvent): Promise<PublishResult>;
}

export interface InboxPlace extends EventAddress {
  readonly tenant?: string | undefined;
}

interface Kept {
  state: InboxState;
  readonly payloads: Map<number, StoredText>;
}

export interface MemoryInboxOptions extends PartPlace {
  readonly clock: VirtualClock;
  /** Hears of each event that ends a wait. */
  readonly tell: (notice: EventNotice) => void;
}

export function createMemoryInbox(options: MemoryInboxOptions): MemoryInbox {
  const { clock, tell } = options;
  const bounds = inboxBounds();
  const inboxes = new Map<string, Kept>();
  const at = ({ tenant, topic, key }: InboxPlace): Kept => {
    const name = inboxKey(tenant, topic, key);
    const kept = inboxes.get(name) ?? { state: NEW_INBOX, payloads: new Map() };
    inboxes.set(name, kept);
    return kept;
  };
  return {
    subscribe: (place, wait) => {
      const inbox = at(place);
      const { state, take } = subscribe(inbox.state, wait, clock.now(), bounds);
      inbox.state = state;
      const payload = inbox.payloads.get(take?.n ?? -1);
      if (take === undefined || payload === undefined) return;
      const { eventId, receivedAt } = take;
      tell({ type: "event", operationId: wait.operationId, eventId, receivedAt, payload });
    },
    unsubscribe: (place, operationId) => {
      const inbox = at(place);
      inbox.state = unsubscribe(inbox.state, operationId, clock.now(), bounds).state;
    },
    publish: async (input) => {
      const parsed = publishInputSchema.safeParse(input);
      if (!parsed.success) throw taskProblem("invalid_input", parsed.error.message);
      const { eventId, payload: given, ...place } = parsed.data;
      const payload = await storePayload(options, place.tenant, JSON.stringify(given));
      const inbox = at(place);
      const receivedAt = clock.now();
      const accepted = accept(inbox.state, eventId, receivedAt, bounds);
      inbox.state = accepted.state;
      if (accepted.keep !== undefined) inbox.payloads.set(accepted.keep, payload);
      for (const { operationId } of accepted.notify)
        tell({ type: "event", operationId, eventId, receivedAt, payload });
      const { result, dropped } = accepted;
      const waits = accepted.notify.length;
      return { eventId, result, waits, ...(dropped === 0 ? {} : { dropped }) };
    },
  };
}

async function storePayload(
  { artifacts, inlineLimitBytes }: PartPlace,
  tenant: string | undefined,
  text: string,
): Promise<StoredText> {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= inlineLimitBytes) return { text };
  return { artifact: await artifacts.ofTenant(tenant).put(bytes, "application/json") };
}
