// Owns finding out when a stop has settled: looks at the engine's tables, and looks again when
// that may be so. Outside of the object, so that no stop waits for the admin API (L5).
import { type Context, serde, service } from "@restatedev/restate-sdk";
import {
  type LookRequest,
  type StopSettledInput,
  STOP_WATCH_SERVICE,
  type StopList,
  STOPS_KEY,
  STOPS_SERVICE,
  STOPS_VERSION,
  type TakeCensus,
} from "../../contract/stop.ts";
import { settlesAt } from "../../core/stop/settles-at.ts";
import { jsonOf } from "../../handler/json-serde.ts";
import { RETRY_OUTSIDE_FOREVER } from "../../handler/retry.ts";

/** Shortest and longest pause between two looks, in milliseconds. */
const SHORTEST_MS = 250;
const LONGEST_MS = 30_000;

export function createStopWatch(takeCensus: TakeCensus) {
  async function look(ctx: Context, request: LookRequest): Promise<void> {
    const { stopId, kind, name } = request;
    if (!(await isAccepted(ctx, stopId))) return;
    const census = await ctx.run("census", () => takeCensus({ kind, name }, request.since));
    const since = request.since ?? census.now;
    const left = settlesAt(kind, since, census) - census.now;
    if (left <= 0) {
      tellSettled(ctx, stopId);
      return;
    }
    ctx.genericSend<LookRequest>({
      service: STOP_WATCH_SERVICE,
      method: "look",
      parameter: { ...request, since },
      inputSerde: jsonOf<LookRequest>(),
      delay: Math.min(Math.max(left, SHORTEST_MS), LONGEST_MS),
    });
  }

  return service({
    name: STOP_WATCH_SERVICE,
    handlers: { look },
    options: {
      ingressPrivate: true,
      journalRetention: 60_000,
      retryPolicy: RETRY_OUTSIDE_FOREVER,
    },
  });
}

/** Not when it was lifted, and maybe made again since: that one has a watch of its own. */
async function isAccepted(ctx: Context, stopId: string): Promise<boolean> {
  const { stops } = await ctx.genericCall<Uint8Array, StopList>({
    service: STOPS_SERVICE,
    method: "list",
    key: STOPS_KEY,
    parameter: new Uint8Array(),
    inputSerde: serde.binary,
    outputSerde: jsonOf<StopList>(),
  });
  return stops.some((each) => each.stopId === stopId && each.status === "accepted");
}

function tellSettled(ctx: Context, stopId: string): void {
  const reason = "every effect that was admitted has settled or is marked unknown";
  ctx.genericSend<StopSettledInput>({
    service: STOPS_SERVICE,
    method: "settle",
    key: STOPS_KEY,
    parameter: { v: STOPS_VERSION, stopId, reason },
    inputSerde: jsonOf<StopSettledInput>(),
  });
}
