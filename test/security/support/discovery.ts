// Owns what an app's endpoint tells Restate of its handlers, which is what the ingress goes by.
import type { App } from "../../../index.ts";
import { serveApp } from "../../journals/support/app-endpoint.ts";

export interface DiscoveredHandler {
  readonly service: string;
  readonly handler: string;
  readonly keyed: boolean;
  readonly isPrivate: boolean;
}

interface Manifest {
  readonly services: readonly {
    readonly name: string;
    readonly ty: "VIRTUAL_OBJECT" | "SERVICE" | "WORKFLOW";
    readonly ingressPrivate?: boolean;
    readonly handlers: readonly { readonly name: string; readonly ingressPrivate?: boolean }[];
  }[];
}

export async function discoverHandlers(app: App): Promise<readonly DiscoveredHandler[]> {
  const endpoint = await serveApp(app);
  const headers = { accept: "application/vnd.restate.endpointmanifest.v4+json" };
  const found: DiscoveredHandler[] = [];
  for (const path of endpoint.paths) {
    const request = { method: "GET", path: `${path}/discover`, headers, body: Buffer.alloc(0) };
    const { services } = JSON.parse((await endpoint.send(request)).body.toString()) as Manifest;
    for (const { name, ty, ingressPrivate, handlers } of services)
      for (const handler of handlers)
        found.push({
          service: name,
          handler: handler.name,
          keyed: ty !== "SERVICE",
          // A handler's own word goes before its service's.
          isPrivate: handler.ingressPrivate ?? ingressPrivate ?? false,
        });
  }
  await endpoint.close();
  return found;
}
