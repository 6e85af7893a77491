// Owns an HTTP/2 endpoint on loopback that serves Restate services, for tests: inside of the
// test process or of a worker process. Registers nothing.
import { createEndpointHandler } from "@restatedev/restate-sdk";
import { type ServedHttp2, serveHttp2 } from "./http2-server.ts";

export type EndpointServices = Parameters<typeof createEndpointHandler>[0]["services"];
export type Endpoint = ServedHttp2;

/** Serves on 127.0.0.1, on a free port by default. The SDK's own log is dropped. */
export function listen(services: EndpointServices, port = 0): Promise<Endpoint> {
  return serveHttp2(createEndpointHandler({ services, logger: () => undefined }), port);
}
