// Owns that today's code reads the journals of yesterday's: each recorded one is put before the
// endpoint's own handler, without a server. Nothing acts, and what is said is what was said then.
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type AppEndpoint, serveApp } from "./support/app-endpoint.ts";
import { type Frame, framesOf, hasEnded, nameOf, timeless } from "./support/frames.ts";
import { handlerOf, readJournals, type RecordedJournal } from "./support/recorded-journal.ts";
import { withLostEnd } from "./support/lost-end.ts";
import { createTeller } from "./support/teller.ts";

/**
 * The first is asked only where the engine has no place left for a quicker question (test/places), `flush`
 * where the sink is behind; erasing, and what goes with it, takes an app with `evidence` (test/evidence); logs of
 * tasks that rest, and tasks that are removed, are test/archive's.
 */
const NOT_RECORDED = [
  "agent.archive",
  "agent.checkEvidence",
  "agent.remains",
  "agent.remove",
  "agent.scrub",
  "holdfast.archive.keep",
  "holdfast.archive.read",
  "holdfast.audit.flush",
  "holdfast.control.erase",
  "holdfast.control.expire",
  "holdfast.control.preserve",
];

const NOWHERE = "http://127.0.0.1:9";

describe("recorded journals", () => {
  const acts: string[] = [];
  let endpoint: AppEndpoint;
  beforeAll(async () => {
    endpoint = await serveApp(
      createTeller({
        ingressUrl: NOWHERE,
        adminUrl: NOWHERE,
        directory: tmpdir(),
        act: (what) => acts.push(what),
      }),
    );
  });
  afterAll(() => endpoint.close());

  const journals = readJournals();
  it.each(journals)("R16 $name: the same answer, and nothing acts", async (journal) => {
    const answer = await replay(endpoint, journal);
    expect(firstDifference(answer, framesOf(journal.response)), journal.name).toBe("none");
    expect(acts).toEqual([]);
  });

  it.each(journals.filter(({ response }) => hasEnded(framesOf(response))))(
    "R16 F2 $name: ends, where the server died behind its answer",
    async (journal) => {
      const answer = await replay(endpoint, { ...journal, request: withLostEnd(journal) });
      const problem = answer.find((frame) => nameOf(frame) === "error");
      expect(problem === undefined ? "" : printable(problem.body)).toBe("");
      expect(answer.map(nameOf)).toEqual(["end"]);
      expect(acts).toEqual([]);
    },
  );

  it("R16 there is one of every handler", async () => {
    const recorded = new Set(journals.map(({ path }) => handlerOf(path)));
    const served = new Set(await handlersOf(endpoint));
    expect([...served].filter((each) => !recorded.has(each)).toSorted()).toEqual(NOT_RECORDED);
  });
});

async function replay(endpoint: AppEndpoint, journal: RecordedJournal): Promise<readonly Frame[]> {
  const headers = { "content-type": journal.contentType, accept: journal.contentType };
  const request = { method: "POST", path: journal.path, headers, body: journal.request };
  return framesOf((await endpoint.send(request)).body);
}

/** Where two answers part, in words that name the entry. */
function firstDifference(now: readonly Frame[], then: readonly Frame[]): string {
  const error = now.find((frame) => nameOf(frame) === "error");
  // The SDK's own words name the entry that does not fit.
  if (error !== undefined) return printable(error.body);
  for (const [n, frame] of then.entries()) {
    const other = now[n];
    if (other === undefined) return `entry ${n}: ${nameOf(frame)} is missing`;
    if (other.type !== frame.type)
      return `entry ${n}: ${nameOf(other)} where there was ${nameOf(frame)}`;
    if (!timeless(other).equals(timeless(frame)))
      return `entry ${n}: ${nameOf(frame)} says ${printable(other.body)} where it said ${printable(frame.body)}`;
  }
  return now.length === then.length ? "none" : `${now.length - then.length} entries more`;
}

function printable(body: Buffer): string {
  return body.toString("latin1").replaceAll(/[^\x20-\x7e]+/gu, " ");
}

async function handlersOf(endpoint: AppEndpoint): Promise<readonly string[]> {
  const headers = { accept: "application/vnd.restate.endpointmanifest.v4+json" };
  const found: string[] = [];
  for (const path of endpoint.paths) {
    const request = { method: "GET", path: `${path}/discover`, headers, body: Buffer.alloc(0) };
    const { services } = JSON.parse((await endpoint.send(request)).body.toString()) as Manifest;
    for (const { name, handlers } of services)
      found.push(...handlers.map((handler) => handlerOf(`/invoke/${name}/${handler.name}`)));
  }
  return found;
}

interface Manifest {
  readonly services: readonly {
    readonly name: string;
    readonly handlers: readonly { readonly name: string }[];
  }[];
}
