// Owns the other side of the expedition's tools: an HTTP server in the test's own process, so that no
// death of a worker takes it along, which tells the history what arrives there.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { sha256 } from "../../../core/digest.ts";
import type { HistoryRecorder } from "../../../testing/index.ts";
import type { Act, Outside } from "./expedition.ts";

export interface OutsideServer {
  readonly port: number;
  /** Whether something was done for this operation. */
  has(operationId: string): boolean;
  /** Who is told of what arrives from now on. */
  witness(recorder: Pick<HistoryRecorder, "arrived">): void;
  /** Everything that was done, in order. */
  done(): readonly Act[];
  close(): Promise<void>;
}

export async function startOutside(): Promise<OutsideServer> {
  const done: Act[] = [];
  const keys = new Set<string>();
  let recorder: Pick<HistoryRecorder, "arrived"> | undefined;
  const act = (asked: Act): void => {
    const { honoured, key, ...effect } = asked;
    const repeated = honoured && keys.has(key);
    recorder?.arrived({ ...effect, key, repeated });
    if (repeated) return;
    keys.add(key);
    done.push(asked);
  };
  const server = createServer((request, response) => {
    const [, key] = /^\/has\/(\w+)$/.exec(request.url ?? "") ?? [];
    if (key !== undefined) {
      response.statusCode = keys.has(key) ? 200 : 404;
      response.end("{}");
      return;
    }
    void json(request).then(
      (body) => {
        act(body as Act);
        response.end("{}");
      },
      // It was cut off in the middle, and is not done.
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    has: (operationId) => keys.has(sha256(operationId)),
    witness: (next) => (recorder = next),
    done: () => done,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** How a worker reaches it. */
export function outsideAt(url: string): Outside {
  return {
    act: async (act, { fetch }) => {
      const answer = await fetch(url, { method: "POST", body: JSON.stringify(act) });
      await answer.text();
      if (!answer.ok) throw new Error(`the outside answered ${answer.status}`);
    },
    has: async (key, { fetch }) => {
      const answer = await fetch(`${url}/has/${key}`);
      await answer.text();
      if (answer.status !== 200 && answer.status !== 404)
        throw new Error(`the outside answered ${answer.status}`);
      return answer.status === 200;
    },
  };
}
