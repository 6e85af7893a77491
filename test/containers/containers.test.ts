// Owns that a Restate server in a container is a server like the others to the durable tests, which
// `npm run test:containers` plays on it. Where no container engine answers it says so, and how to.
import { access, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { object, type ObjectContext } from "@restatedev/restate-sdk";
import { expect, it, onTestFinished } from "vitest";
import { createAdminClient } from "../../services/engine/admin.ts";
import { freePorts } from "../../services/engine/ports.ts";
import { listen } from "../support/endpoint.ts";
import { ingressAt } from "../support/ingress.ts";
import { startRestateContainer } from "../support/restate-container.ts";
import { findContainerEngine } from "../support/restate-image.ts";

const engine = await findContainerEngine();
const HOW = "no container engine answers; scripts/with-dockerd.sh npm run test:containers";

const counter = object({
  name: "counter",
  handlers: {
    async add(ctx: ObjectContext): Promise<number> {
      const next = ((await ctx.get<number>("n")) ?? 0) + 1;
      ctx.set("n", next);
      return next;
    },
  },
});

it.skipIf(engine === undefined)(
  `F38 a server in a container keeps its state over SIGKILL${engine === undefined ? ` (skipped: ${HOW})` : ""}`,
  async () => {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-container-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const [ingress = 0, admin = 0, fabric = 0] = await freePorts(3);
    const log: string[] = [];
    const start = () =>
      startRestateContainer({
        baseDir: directory,
        ports: { ingress, admin, fabric },
        env: { RESTATE_DEFAULT_NUM_PARTITIONS: "1" },
        onLog: (line) => log.push(line),
      });
    let server = await start();
    onTestFinished(() => server.kill());
    const endpoint = await listen([counter]);
    onTestFinished(() => endpoint.close());
    await createAdminClient(server.adminUrl).registerDeployment(endpoint.url);
    const { call } = ingressAt(server.ingressUrl);
    expect(await call("counter/a/add")).toEqual({ status: 200, body: 1 });
    // It reads restate.toml, and what it logs is heard.
    await access(join(directory, "holdfast"));
    expect(log.join("\n")).toMatch(/Partition 0 started/);

    await server.kill();
    server = await start();
    expect(await call("counter/a/add")).toEqual({ status: 200, body: 2 });

    // Stopped or killed, no container of it is left.
    await server.stop();
    const left = await engine?.container.list();
    expect(left?.filter(({ Mounts }) => Mounts.some(({ Source }) => Source === directory))).toEqual(
      [],
    );
  },
);
