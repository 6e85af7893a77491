// Owns an audit sink behind HTTP in the test process, which outlives the workers: it keeps what it is
// sent, unless it is down, and can be silent about having kept it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { AuditRecord } from "../../../contract/audit.ts";

export type SinkMode = "up" | "down" | "silent";

export interface HttpSink {
  readonly url: string;
  /** All that came, in order, repeats included. */
  readonly kept: readonly AuditRecord[];
  /** The headers of each request that was kept. */
  readonly headers: readonly Readonly<Record<string, string | string[] | undefined>>[];
  /** How often it has refused. */
  refused(): number;
  become(mode: SinkMode): void;
  close(): Promise<void>;
}

export async function openHttpSink(): Promise<HttpSink> {
  const kept: AuditRecord[] = [];
  const headers: HttpSink["headers"][number][] = [];
  let mode: SinkMode = "up";
  let refused = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      if (mode === "down") {
        refused += 1;
        response.writeHead(503).end();
        return;
      }
      headers.push(request.headers);
      for (const line of body.split("\n").filter((each) => each !== "")) {
        kept.push(JSON.parse(line) as AuditRecord);
      }
      if (mode === "up") response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/audit?key=not-for-logs`,
    kept,
    headers,
    refused: () => refused,
    become: (next) => {
      mode = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
