// Owns that nothing of Holdfast is reached from another machine unless somebody says so: the server by
// restate.toml, workers and gateways by their defaults. Neither of the server's ports authenticates.
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApp, createFsArtifactStore, createGateway } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { startEngine, type TestEngine } from "../support/restate.ts";
import { listenersOf } from "./support/listeners.ts";

// The kernel's tables are Linux's.
describe.runIf(process.platform === "linux")("R47 on this machine only", () => {
  let engine: TestEngine;
  beforeAll(async () => {
    engine = await startEngine();
  });
  afterAll(() => engine.stop());

  const away = (addresses: readonly string[]) =>
    addresses.filter((address) => !address.startsWith("127."));

  it("listen ingress, admin and fabric of the server that restate.toml makes", async () => {
    const listeners = await listenersOf(engine.server.pid);
    const ports = [engine.ingressUrl, engine.adminUrl].map((url) => new URL(url).port);
    expect(listeners.map((each) => each.split(":")[1])).toEqual(expect.arrayContaining(ports));
    expect(listeners.length).toBeGreaterThanOrEqual(3);
    expect(away(listeners)).toEqual([]);
  });

  it("listen a worker and a gateway that nobody told otherwise", async () => {
    const surroundings = {
      artifacts: createFsArtifactStore({ directory: `${engine.directory}/artifacts` }),
      ingressUrl: engine.ingressUrl,
      adminUrl: engine.adminUrl,
      logger: createLogger("silent"),
    };
    const worker = await createApp(surroundings).serve({ port: 0 });
    const gateway = await createGateway(surroundings).serve({ port: 0 });
    const listeners = await listenersOf(process.pid);
    expect(listeners).toEqual(
      expect.arrayContaining([`127.0.0.1:${worker.port}`, `127.0.0.1:${gateway.port}`]),
    );
    expect(away(listeners)).toEqual([]);
    await gateway.close();
    await worker.drain();
  });

  it("and this test would see another address", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "0.0.0.0", resolve));
    expect(away(await listenersOf(process.pid))).toHaveLength(1);
    await new Promise((resolve) => server.close(resolve));
  });
});
