// Owns the other side of these tests: an HTTP server that takes some keys, and answers with all
// that it was sent, as careless servers do.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Shop {
  readonly url: string;
  /** The keys that came, in order. */
  readonly keys: readonly string[];
  /** Takes only this key from now on; every key at first. */
  accept(key: string): void;
  close(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const keys: string[] = [];
  let good: string | undefined;
  const server = createServer((request, response) => {
    const { authorization = "" } = request.headers;
    const key = authorization.replace("Bearer ", "");
    keys.push(key);
    response.statusCode = good === undefined || good === key ? 200 : 401;
    response.setHeader("x-echo", encodeURIComponent(authorization));
    response.end(JSON.stringify({ url: request.url, authorization, basic: btoa(`me:${key}`) }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    keys,
    accept: (key) => {
      good = key;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
