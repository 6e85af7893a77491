// Owns one address in front of another: a TCP proxy whose target can be changed, and which does to
// connections what networks do. It cuts them, at one end only if told so, it lets bytes pass late, it
// loses what comes back, and it lets nobody in.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { Transform } from "node:stream";

export interface TcpProxy {
  readonly url: string;
  /** New connections go there; those that are open go on where they went. */
  pointTo(port: number): void;
  /**
   * Cuts all connections at the near end, the caller's; the far end sees nothing of it, as with a
   * network that loses its packets. `far` also at the far end.
   */
  cut(options?: { readonly far?: boolean }): void;
  /** Each chunk passes so many milliseconds late, in both directions. 0: at once. */
  slow(ms: number): void;
  /** What the far end says is lost, and the connection is cut as soon as it says anything. */
  swallow(answers: boolean): void;
  /** New connections are cut at once. */
  refuse(everybody: boolean): void;
  close(): Promise<void>;
}

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

interface Weather {
  lateMs: number;
  swallows: boolean;
  refuses: boolean;
}

const LOOPBACK = { host: "127.0.0.1", allowHalfOpen: true } as const;

export async function startTcpProxy(port = 0): Promise<TcpProxy> {
  let target = port;
  const weather: Weather = { lateMs: 0, swallows: false, refuses: false };
  const pairs = new Set<Pair>();
  // Each direction ends by itself, when the last of its bytes has passed.
  const server = createServer({ allowHalfOpen: true }, (near) => {
    near.on("error", () => undefined);
    if (weather.refuses) near.resetAndDestroy();
    else join({ near, far: connect({ ...LOOPBACK, port: target }) }, weather, pairs);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut: TcpProxy["cut"] = ({ far = false } = {}) => {
    for (const pair of pairs) {
      pairs.delete(pair);
      pair.near.destroy();
      if (far) pair.far.destroy();
      else {
        // Whatever it still says goes nowhere.
        pair.far.unpipe();
        pair.far.resume();
      }
    }
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    pointTo: (next) => (target = next),
    cut,
    slow: (ms) => (weather.lateMs = ms),
    swallow: (answers) => (weather.swallows = answers),
    refuse: (everybody) => (weather.refuses = everybody),
    async close() {
      cut({ far: true });
      server.close();
      await once(server, "close");
    },
  };
}

/** Lets both ends of a connection talk, as the weather lets them. */
function join(pair: Pair, weather: Weather, pairs: Set<Pair>): void {
  const { near, far } = pair;
  pairs.add(pair);
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ] as const) {
    socket.setNoDelay(true);
    socket.on("error", () => {
      if (pairs.has(pair)) other.destroy();
    });
    socket.on("close", () => {
      if (other.destroyed) pairs.delete(pair);
    });
  }
  const late = (): Transform =>
    new Transform({
      transform(chunk: Buffer, _, done) {
        if (weather.lateMs === 0) done(null, chunk);
        else setTimeout(done, weather.lateMs, null, chunk);
      },
    });
  const lost = new Transform({
    transform(chunk: Buffer, _, done) {
      if (!weather.swallows) {
        done(null, chunk);
        return;
      }
      near.destroy();
      far.destroy();
      done();
    },
  });
  near.pipe(late()).pipe(far);
  far.pipe(late()).pipe(lost).pipe(near);
}
