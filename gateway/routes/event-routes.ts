// Owns the routes by which the outside reaches tasks: events of the caller's tenant, and webhooks, which
// are known by their signature and not by a credential.
import {
  EVENTS_SERVICE,
  type InboxView,
  MAX_EVENT_BYTES,
  publishInputSchema,
  type PublishResult,
  showEventsInputSchema,
} from "../../contract/inbox.ts";
import { WEBHOOK_SERVICE } from "../../contract/webhook.ts";
import { TAKES } from "../roles.ts";
import { route, type Route } from "../route.ts";
import { without } from "../without.ts";
import { named } from "./task-at.ts";

/** What of a webhook goes along beside its body (standardwebhooks.com). */
const WEBHOOK_HEADERS = ["content-type", "webhook-id", "webhook-timestamp", "webhook-signature"];

export const EVENT_ROUTES: readonly Route[] = [
  route({
    name: "event.publish",
    method: "POST",
    path: "/v1/events",
    summary: "Publishes an event to the tasks of the caller's tenant that wait for it.",
    roles: TAKES.USERS,
    body: without(publishInputSchema, "tenant"),
    maxBytes: MAX_EVENT_BYTES,
    perform: ({ caller, body, signal }, { runtime }) =>
      runtime.call<PublishResult>(
        { service: EVENTS_SERVICE, handler: "publish" },
        { ...body, tenant: caller.tenant },
        { signal },
      ),
  }),
  route({
    name: "event.show",
    method: "GET",
    path: "/v1/events",
    summary: "What an address of the caller's tenant holds: who waits, and what is kept.",
    roles: TAKES.READERS,
    query: without(showEventsInputSchema, "tenant"),
    perform: async (request, { runtime }) => {
      const address = { ...request.query, tenant: request.caller.tenant };
      const target = { service: EVENTS_SERVICE, handler: "show" };
      const view = await runtime.call<InboxView>(target, address, { signal: request.signal });
      return { ...view, waits: view.waits.map((wait) => named(request, wait)) };
    },
  }),
  route({
    name: "webhook.receive",
    method: "POST",
    path: "/v1/webhooks/:source",
    summary: "Takes a signed webhook (standardwebhooks.com) of a source that the app declares.",
    roles: "anyone",
    body: "raw",
    maxBytes: MAX_EVENT_BYTES,
    perform: async ({ param, bytes, header, signal }, { runtime }) => {
      const given = WEBHOOK_HEADERS.map((each) => [each, header(each)] as const);
      const headers = Object.fromEntries(
        given.filter((pair): pair is [string, string] => pair[1] !== undefined),
      );
      const target = { service: WEBHOOK_SERVICE, key: param("source"), handler: "receive" };
      return (await runtime.pass(target, bytes, { signal, headers })) as object;
    },
  }),
];
