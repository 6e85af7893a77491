// Owns the worker process of these tests: inboxes, their public service, and what waits.
import { createEventsService } from "../../../services/events/events-service.ts";
import { createInboxObject } from "../../../objects/inbox/inbox-object.ts";
import { serveWorker } from "../../support/worker.ts";
import { watcher } from "./watcher.ts";

const storing = {
  storeText: () => Promise.reject(new Error("nothing is large here")),
  inlineLimitBytes: 32 * 1024,
};
await serveWorker([createInboxObject(), createEventsService(storing), watcher]);
