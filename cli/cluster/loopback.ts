// Owns how the servers of a cluster that are our own listen: on 127.0.0.1, and to an end that cuts
// every connection.
import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";

export interface Listening {
  readonly url: string;
  /** Resolves when the port is free. */
  close(): Promise<void>;
}

/** On a free port where it is 0. Rejects with one sentence when the port is taken. */
export async function listenOnLoopback(server: Server, port: number): Promise<Listening> {
  const open = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${bound}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
