// Owns the checks of what an app hears from outside and tells it: webhook sources, notification
// endpoints, and the bounds of both.
import { idProblem, nameProblem } from "../contract/ids.ts";
import { NOTIFICATION_TYPES, type NotificationEndpoint } from "../contract/notification.ts";
import type { WebhookSource } from "../contract/webhook.ts";
import { inboxBounds } from "../core/inbox/inbox-state.ts";
import { retryBounds } from "../core/notification/next-attempt.ts";
import type { AppOptions } from "./app-options.ts";

export type OutsideOptions = Pick<
  AppOptions,
  "events" | "webhooks" | "notifications" | "notificationRetry"
>;

const SHORTEST_TOLERANCE_MS = 1_000;
const LONGEST_TOLERANCE_MS = 3_600_000;

/** A line per problem that names the part and the fix. */
export function checkOutside(options: OutsideOptions): readonly string[] {
  const { events, webhooks, notifications = [], notificationRetry } = options;
  const names = notifications.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return [
    ...problemOf(() => inboxBounds(events)),
    ...problemOf(() => retryBounds(notificationRetry)),
    ...Object.entries(webhooks?.sources ?? {}).flatMap(([name, source]) =>
      sourceProblems(source).map((problem) => `webhook source "${name}": ${problem}`),
    ),
    ...Object.keys(webhooks?.sources ?? {}).flatMap((name) => namedWell("webhook source", name)),
    ...notifications.flatMap((endpoint) =>
      endpointProblems(endpoint).map((problem) => `notification "${endpoint.name}": ${problem}`),
    ),
    ...names.flatMap((name) => namedWell("notification", name)),
    ...(twice === undefined ? [] : [`two notifications are named "${twice}"; rename one`]),
  ];
}

function problemOf(check: () => unknown): readonly string[] {
  try {
    check();
    return [];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function namedWell(what: string, name: string): readonly string[] {
  const wrong = nameProblem(name);
  return wrong === undefined ? [] : [`${what} "${name}": its name ${wrong}`];
}

function sourceProblems({ secrets, topic, toleranceMs }: WebhookSource): readonly string[] {
  const wrongTopic = typeof topic === "string" ? idProblem(topic) : undefined;
  const tolerance = toleranceMs ?? SHORTEST_TOLERANCE_MS;
  return [
    ...(secrets.length === 0 ? ["it has no secrets; name a credential"] : []),
    ...(wrongTopic === undefined ? [] : [`its topic ${wrongTopic}`]),
    ...(tolerance >= SHORTEST_TOLERANCE_MS && tolerance <= LONGEST_TOLERANCE_MS
      ? []
      : [`toleranceMs must be from ${SHORTEST_TOLERANCE_MS} to ${LONGEST_TOLERANCE_MS}`]),
  ];
}

function endpointProblems({ url, events }: NotificationEndpoint): readonly string[] {
  // Also of a caller without types.
  const other = events.find((each) => !NOTIFICATION_TYPES.includes(each));
  return [
    ...(/^https?:$/.test(URL.parse(url)?.protocol ?? "")
      ? []
      : ["its url must be http or https, such as https://ops.example/hooks"]),
    ...(other === undefined
      ? []
      : [`there is no event "${other}"; there are ${NOTIFICATION_TYPES.join(", ")}`]),
  ];
}
