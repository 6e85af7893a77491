// Owns the one address behind which two workers take each other's place: a TCP forwarder that can
// be pointed elsewhere, and that can cut a connection at the engine's end while the worker at the
// other end sees nothing of it, as a network does that loses its packets.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface Forwarder {
  readonly url: string;
  /** New connections go there; those that are open go on where they went. */
  pointTo(port: number): void;
  /** Cuts all connections at the engine's end; `far` also at the worker's. */
  cut(options?: { readonly far?: boolean }): void;
  close(): Promise<void>;
}

export async function startForwarder(): Promise<Forwarder> {
  let target = 0;
  const pairs = new Set<{ readonly near: Socket; readonly far: Socket }>();
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    const pair = { near, far };
    pairs.add(pair);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.setNoDelay(true);
      socket.pipe(other, { end: false });
      socket.on("error", () => undefined);
      socket.on("close", () => {
        if (pairs.delete(pair)) other.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut: Forwarder["cut"] = ({ far = false } = {}) => {
    for (const pair of pairs) {
      if (!far) {
        pairs.delete(pair);
        pair.far.resume();
      }
      pair.near.destroy();
    }
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pointTo(next) {
      target = next;
    },
    cut,
    async close() {
      cut({ far: true });
      server.close();
      await once(server, "close");
    },
  };
}
