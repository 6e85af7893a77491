// Owns what stands in front of the nodes of a cluster on one machine: who it gives a connection to, and
// what becomes of one whose node is no longer well.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { startFront } from "../../cli/cluster/front.ts";
import { freePorts } from "../../services/engine/ports.ts";

interface Node {
  readonly name: string;
  readonly port: number;
  readonly server: Server;
  healthy: boolean;
  /** Requests that wait for an answer. */
  waiting: number;
}

/** Answers its name, and takes its time over `/slow`: it never answers. */
async function startNode(name: string): Promise<Node> {
  const server = createServer((request, response) => {
    if (request.url === "/slow") {
      node.waiting += 1;
      response.on("close", () => (node.waiting -= 1));
      return;
    }
    response.statusCode = request.url === "/health" && !node.healthy ? 503 : 200;
    response.end(name);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const node: Node = { name, port, server, healthy: true, waiting: 0 };
  onTestFinished(() => stopNode(node));
  return node;
}

function stopNode({ server }: Node): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

async function openFront(nodes: readonly Node[]) {
  const front = await startFront({
    port: 0,
    nodes: nodes.map(({ port }) => port),
    healthPath: "/health",
    healthEveryMs: 50,
  });
  onTestFinished(() => front.close());
  return {
    /** Each on a connection of its own, as new callers have. */
    ask: async (path = "/") => {
      const response = await fetch(front.url + path, { headers: { connection: "close" } });
      return response.text();
    },
  };
}

describe("what is in front of the nodes", () => {
  it("gives connections to the nodes in turn, and past one that is gone", async () => {
    const [one, two, three] = [await startNode("1"), await startNode("2"), await startNode("3")];
    const { ask } = await openFront([one, two, three]);
    const all = [await ask(), await ask(), await ask()];
    expect(all.toSorted()).toEqual(["1", "2", "3"]);
    // At once: nobody has looked after its health since.
    await stopNode(two);
    const rest = [await ask(), await ask(), await ask(), await ask(), await ask(), await ask()];
    expect(new Set(rest)).toEqual(new Set(["1", "3"]));
  });

  it("cuts what a node has that is not well any more, and comes back to it", async () => {
    const [one, two] = [await startNode("1"), await startNode("2")];
    const { ask } = await openFront([one, two]);
    const slow = [ask("/slow"), ask("/slow")].map((asked) => asked.catch(() => "cut"));
    await vi.waitFor(() => expect([one, two].map(({ waiting }) => waiting)).toEqual([1, 1]));
    two.healthy = false;
    expect(await Promise.race(slow)).toBe("cut");
    expect([await ask(), await ask()]).toEqual(["1", "1"]);
    two.healthy = true;
    await vi.waitFor(async () => expect([await ask(), await ask()]).toContain("2"), {
      timeout: 20_000,
    });
    // The other one was left alone all the while.
    expect(one.waiting).toBe(1);
  });

  it("closes a connection when no node is there, so that the caller may come again", async () => {
    const [port = 0] = await freePorts(1);
    const front = await startFront({ port: 0, nodes: [port], healthPath: "/health" });
    onTestFinished(() => front.close());
    await expect(fetch(front.url)).rejects.toThrow("fetch failed");
  });
});
