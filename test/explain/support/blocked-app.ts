// Owns an app whose worker answers some of Restate's requests with 503 while a test wants it to: that
// handler fails at the engine over and over, and everything else goes on.
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { App, ServePart } from "../../../index.ts";
import type { TestEngine } from "../../support/restate.ts";

export interface BlockedApp {
  /** Refuses what is invoked under this path, such as `clerk/run`, until what it returns is called. */
  refuse(handler: string): () => void;
  /** Refuses everything from now on, as an address that is gone. */
  close(): Promise<void>;
}

export async function serveBlocked(
  engine: TestEngine,
  app: App,
  only: ServePart = {},
): Promise<BlockedApp> {
  const { listener, paths } = app.mount(only);
  const refused = new Set<string>();
  const sessions = new Set<{ destroy(): void }>();
  const server = createServer((request, response) => {
    if ([...refused].some((handler) => request.url.endsWith(`/invoke/${handler}`))) {
      response.writeHead(503);
      response.end();
    } else listener(request, response);
  });
  server.on("session", (session) => sessions.add(session));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  for (const path of paths)
    await engine.admin.registerDeployment(`http://127.0.0.1:${port}${path}`);
  return {
    refuse: (handler) => {
      refused.add(handler);
      return () => {
        refused.delete(handler);
      };
    },
    async close() {
      for (const session of sessions) session.destroy();
      await new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}
