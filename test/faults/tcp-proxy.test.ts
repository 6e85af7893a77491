// Tests that the proxy of the fault tests breaks what it says, and nothing else: a fault that does
// not happen would prove nothing.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";

let server: Server;
let proxy: TcpProxy;
let arrived: string[] = [];
const held: (() => void)[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    arrived.push(request.url ?? "");
    if (request.url === "/held") held.push(() => response.end("late"));
    else response.end("answered");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => server.close());
beforeEach(async () => {
  arrived = [];
  proxy = await startTcpProxy((server.address() as AddressInfo).port);
});
afterEach(() => proxy.close());

async function ask(path = "/"): Promise<string> {
  // A connection that is kept would hide what is done to new ones.
  const answer = await fetch(`${proxy.url}${path}`, { headers: { connection: "close" } });
  return answer.text();
}

describe("a proxy that breaks connections", () => {
  it("passes everything until it is told otherwise, and again afterwards", async () => {
    expect(await ask()).toBe("answered");
    proxy.refuse(true);
    await expect(ask()).rejects.toThrow("fetch failed");
    proxy.refuse(false);
    proxy.swallow(true);
    await expect(ask()).rejects.toThrow("fetch failed");
    proxy.swallow(false);
    expect(await ask()).toBe("answered");
  });

  it("loses answers, and not what is asked for", async () => {
    proxy.swallow(true);
    await expect(ask("/once")).rejects.toThrow("fetch failed");
    expect(arrived).toEqual(["/once"]);
  });

  it("lets nothing in, so that nothing arrives", async () => {
    proxy.refuse(true);
    await expect(ask("/never")).rejects.toThrow("fetch failed");
    expect(arrived).toEqual([]);
  });

  it("cuts the near end, and the far end's answer goes nowhere", async () => {
    const asked = ask("/held");
    asked.catch(() => undefined);
    await vi.waitFor(() => expect(held).toHaveLength(1), { timeout: 10_000 });
    proxy.cut();
    await expect(asked).rejects.toThrow("fetch failed");
    held.splice(0).forEach((answer) => answer());
  });

  it("passes late, in order, and whole", async () => {
    proxy.slow(50);
    expect(await ask()).toBe("answered");
  });
});
