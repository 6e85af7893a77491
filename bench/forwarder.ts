// Owns the one address behind which workers take each other's place: a TCP forwarder, as a load
// balancer would be, that can be pointed elsewhere. It looks at no byte.
import { connect, createServer, type Socket } from "node:net";

export interface Forwarder {
  readonly port: number;
  /** New connections go there; those that are open go on where they went. */
  pointTo(port: number): void;
  close(): Promise<void>;
}

export async function startForwarder(port: number): Promise<Forwarder> {
  let target = 0;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.pipe(other);
      // The death of one end is the death of the other, at once.
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    port,
    pointTo(next) {
      target = next;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      return new Promise((closed) => server.close(() => closed()));
    },
  };
}
