// Owns the whole airline for a test file: engine, recorded model, databases, and one worker
// that is killed on demand and comes back behind the same address. Plays conversations there
// and brings back what can be seen from outside.
import { join } from "node:path";
import type { StatusView } from "../../contract/api.ts";
import type { TenantArtifacts } from "../../contract/artifact.ts";
import type { TaskEvent } from "../../contract/event.ts";
import { createFsArtifactStore } from "../../index.ts";
import { type AirlineEngine, openServer } from "./airline-engine.ts";
import { serveCheckpoints } from "./checkpoints.ts";
import { agentName, recordedTurns } from "./conversation.ts";
import type { AppliedEffect, ArrivedRequest } from "./database.ts";
import { openDatabase } from "./database.ts";
import type { Conversation } from "./dataset.ts";
import { createKillSwitch } from "./kill-switch.ts";
import { keepWorker } from "./kept-worker.ts";
import { startOperator } from "./operator.ts";
import { playConversation } from "./play.ts";
import type { Kill } from "./points.ts";
import { startRecordedModel } from "./recorded-model.ts";
import { prepareSeed } from "./seed.ts";
import { type IngressClient, ingressClient } from "./task-client.ts";
import type { WriteApproval } from "./tools/airline-tool.ts";

/** What a conversation left behind. */
export interface Played {
  readonly status: StatusView;
  readonly log: readonly TaskEvent[];
  /** The result of each tool call, in order, as the log has it. */
  readonly outputs: readonly string[];
  /** How often each model call arrived at the model. */
  readonly modelCalls: readonly number[];
  /** What the model was sent and had not recorded. */
  readonly refusals: readonly string[];
  /** What arrived at the tools, repeated ones too. */
  readonly requests: readonly ArrivedRequest[];
  readonly effects: readonly AppliedEffect[];
  readonly digest: string;
  /** Deaths of the worker and of servers while the conversation was played. */
  readonly kills: number;
  /** Proposals that the operator allowed. */
  readonly approvals: number;
}

export interface Airline extends AsyncDisposable {
  /** Plays a conversation to its end; the worker or the server is killed at the given points. */
  play(conversation: Conversation, kills?: readonly Kill[]): Promise<Played>;
  /** Deaths of the worker and of servers so far. */
  kills(): number;
}

export interface AirlineOptions {
  /** A conversation of which a turn takes longer is rejected. */
  readonly turnDeadlineMs: number;
  /** `default`: each write waits for the scripted operator. */
  readonly approval: WriteApproval;
  /** One server by default. It is stopped with the airline. */
  readonly engine?: AirlineEngine;
}

export async function openAirline(
  conversations: readonly Conversation[],
  { turnDeadlineMs, approval, ...given }: AirlineOptions,
): Promise<Airline> {
  const engine = given.engine ?? (await openServer());
  const databases = join(engine.directory, "databases");
  const artifacts = join(engine.directory, "artifacts");
  const seed = prepareSeed(databases);
  const killSwitch = createKillSwitch(({ of }) =>
    of === "server" ? engine.strike() : worker.kill(),
  );
  const kills = (): number => worker.kills() + engine.strikes();
  const model = await startRecordedModel(conversations, ({ id }, k) =>
    killSwitch.reach(id, `model-call ${k}`),
  );
  const checkpoints = await serveCheckpoints(killSwitch.reach);
  const worker = await keepWorker(engine, {
    INGRESS_URL: engine.ingressUrl,
    ADMIN_URL: engine.adminUrl,
    MODEL_URL: model.baseUrl,
    CHECKPOINTS_URL: checkpoints.url,
    DATABASES: databases,
    ARTIFACTS: artifacts,
    CONVERSATIONS: JSON.stringify(conversations.map(({ id }) => id)),
    APPROVAL: approval,
  });
  const store = createFsArtifactStore({ directory: artifacts }).ofTenant(undefined);
  return {
    kills,
    play: async (conversation, armed = []) => {
      const { id } = conversation;
      seed(id);
      killSwitch.arm(id, armed);
      const before = kills();
      const refusals = () => model.refusals().filter((each) => each.startsWith(`${id},`));
      const client = ingressClient(engine, agentName(conversation), id, turnDeadlineMs);
      const fail = (cause: unknown): never => {
        throw new Error([String(cause), ...refusals()].join("\n"), { cause });
      };
      const approvals = await playWithOperator(engine, conversation, client).catch(fail);
      return {
        ...(await leftBehind(client, id, databases, store)),
        modelCalls: model.callsOf(conversation),
        refusals: refusals(),
        kills: kills() - before,
        approvals,
      };
    },
    [Symbol.asyncDispose]: async () => {
      await worker[Symbol.asyncDispose]();
      await engine.stop();
      await checkpoints[Symbol.asyncDispose]();
      await model[Symbol.asyncDispose]();
    },
  };
}

/** What is known of a task afterwards, to itself and to its database. */
async function leftBehind(
  client: IngressClient,
  taskId: string,
  databases: string,
  store: TenantArtifacts,
): Promise<Pick<Played, "status" | "log" | "outputs" | "requests" | "effects" | "digest">> {
  const log = await client.log();
  using database = openDatabase(databases, taskId);
  return {
    status: await client.status(),
    log,
    outputs: await Promise.all(log.flatMap((event) => outputOf(event, store))),
    requests: database.requests(),
    effects: database.effects(),
    digest: database.digest(),
  };
}

/** Resolves to how many proposals the operator allowed. */
async function playWithOperator(
  engine: AirlineEngine,
  conversation: Conversation,
  client: IngressClient,
): Promise<number> {
  // The operator looks at a task that exists.
  await client.start(recordedTurns(conversation)[0]?.message ?? "");
  const operator = startOperator(engine, client, conversation);
  try {
    await playConversation(conversation, client);
  } finally {
    await operator.leave();
  }
  return operator.allowed();
}

/** The result that a tool's return carries; one without a result says so in its place. */
function outputOf(event: TaskEvent, store: TenantArtifacts): Promise<string>[] {
  if (event.type !== "tool.returned") return [];
  if (event.data.outcome !== "ok") return [Promise.resolve(`(${event.data.outcome})`)];
  const { result } = event.data;
  if ("text" in result) return [Promise.resolve(result.text)];
  return [store.get(result.artifact).then((bytes) => new TextDecoder().decode(bytes))];
}
