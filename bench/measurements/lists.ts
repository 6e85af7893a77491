// Owns the measurement of lists: how long the gateway takes for each of its lists and filters over so many
// tasks of a hundred entries each, as who asks it waits for it.
import { createGateway, newApiKey } from "../../index.ts";
import { createLogger } from "../../services/log.ts";
import { now } from "../clock.ts";
import { fillTasks, makeTemplates, SOUGHT } from "../fill-tasks.ts";
import { type Measurement, table } from "../measurement.ts";
import { diskUse } from "../process-usage.ts";
import { type Stand, startStand } from "../stand.ts";
import { median, quantile, rounded } from "../statistics.ts";

interface Listed {
  readonly name: string;
  /** Milliseconds, one for each time. */
  readonly samples: readonly number[];
}

interface Population {
  readonly tasks: number;
  /** Rows of the tasks' state, and their bytes. */
  readonly rows: number;
  readonly bytes: number;
  /** Of the server's files. */
  readonly disk: number;
  readonly lists: readonly Listed[];
}

export interface ListsResult {
  readonly archived: Population;
  /** The same lists where no log has left the state. */
  readonly inState: Population;
}

const TIMES = 20;
const ARCHIVED_TASKS = 10_000;
/** Of a hundred entries: 5 million of their rows would take an hour to write. */
const IN_STATE_TASKS = 2_000;

export const lists: Measurement<ListsResult> = {
  name: "lists",

  async measure({ quick, tasks = ARCHIVED_TASKS, say }) {
    const count = quick ? 300 : tasks;
    const inState = await populate("in-state", quick ? 300 : IN_STATE_TASKS, say);
    return { inState, archived: await populate("archived", count, say) };
  },

  describe({ archived, inState }) {
    const head = [
      "list or filter",
      `${archived.tasks} tasks, logs archived: p50, ms`,
      "p95, ms",
      `${inState.tasks} tasks, logs in the state: p50, ms`,
      "p95, ms",
    ];
    const times = (samples: readonly number[] = []) => [
      rounded(median(samples), 0),
      rounded(quantile(samples, 0.95), 0),
    ];
    const rows = archived.lists.map(({ name, samples }) => {
      const other = inState.lists.find((each) => each.name === name);
      return [name, ...times(samples), ...times(other?.samples)];
    });
    return [table(head, rows), "", said(archived), said(inState)].join("\n");
  },
};

function said({ tasks, rows, bytes, disk }: Population): string {
  const mib = (of: number) => `${rounded(of / 1024 / 1024, 0)} MiB`;
  return `${tasks} tasks: ${rows} rows of ${mib(bytes)} in the state; the server's files: ${mib(disk)}.`;
}

async function populate(
  place: "archived" | "in-state",
  count: number,
  say: (progress: string) => void,
): Promise<Population> {
  await using stand = await startStand();
  const worker = await stand.startWorker();
  await stand.register(worker);
  const templates = await makeTemplates(stand, place);
  // Its supervisor would look after the tasks too; what is measured is the gateway.
  await worker.stop();
  await fillTasks(stand, templates, count, say);
  const [state] = await stand.query(
    "SELECT count(*) AS rows, sum(key_length + value_length) AS bytes FROM state WHERE service_name LIKE 'filled-%'",
  );
  const { length: disk } = await diskUse(stand.baseDir);
  return {
    tasks: count,
    rows: Number(state?.["rows"]),
    bytes: Number(state?.["bytes"]),
    disk,
    lists: await measureLists(stand, say),
  };
}

async function measureLists(
  stand: Stand,
  say: (progress: string) => void,
): Promise<readonly Listed[]> {
  const { ingressUrl, adminUrl } = stand.server;
  const plain = { ingressUrl, adminUrl, logger: createLogger("silent"), console: false };
  const { key, sha256 } = newApiKey();
  const roles: ("viewer" | "operator")[] = ["viewer", "operator"];
  const apiKeys = [{ sha256, tenant: SOUGHT.tenant, principal: "ann", roles }];
  const gateways = {
    everything: createGateway(plain),
    tenant: createGateway({ ...plain, authentication: { apiKeys } }),
  };
  const ask = async (of: keyof typeof gateways, path: string): Promise<string> => {
    const headers = of === "tenant" ? { authorization: `Bearer ${key}` } : {};
    const answer = await gateways[of].fetch(new Request(`http://127.0.0.1${path}`, { headers }));
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return text;
  };
  const measured: Listed[] = [];
  for (const [name, of, path] of await asked(ask)) {
    const samples: number[] = [];
    for (let time = 0; time < TIMES; time += 1) {
      const from = now();
      await ask(of, path);
      samples.push(now() - from);
    }
    say(`${name}: ${rounded(median(samples), 0)} ms`);
    measured.push({ name, samples });
  }
  return measured;
}

type Asked = readonly [name: string, of: "everything" | "tenant", path: string];

async function asked(
  ask: (of: Asked[1], path: string) => Promise<string>,
): Promise<readonly Asked[]> {
  const first = JSON.parse(await ask("everything", "/v1/tasks")) as {
    readonly tasks: readonly { readonly createdAt: number }[];
    readonly cursor: string;
  };
  const newest = first.tasks[0]?.createdAt ?? 0;
  const oldest = first.tasks.at(-1)?.createdAt ?? 0;
  return [
    ["all tasks, newest first", "everything", "/v1/tasks"],
    ["the next page, of 200", "everything", `/v1/tasks?limit=200&cursor=${first.cursor}`],
    ["of one tenant of 20", "tenant", "/v1/tasks"],
    ["by status, most of them", "everything", "/v1/tasks?status=completed"],
    ["by status, one in a hundred", "everything", "/v1/tasks?status=waiting-approval"],
    ["by agent", "everything", "/v1/tasks?agent=filled-cashier"],
    ["by owner", "everything", `/v1/tasks?owner=${SOUGHT.owner}`],
    ["by task ID", "tenant", `/v1/tasks?taskId=${SOUGHT.taskId}`],
    ["by the beginning of a task ID", "tenant", "/v1/tasks?taskIdPrefix=case-00"],
    ["made since", "everything", `/v1/tasks?createdAfter=${oldest}`],
    [
      "not changed since, of a status",
      "everything",
      `/v1/tasks?status=idle&updatedBefore=${newest}`,
    ],
    ["stuck", "everything", "/v1/tasks?stuck=true"],
    ["approvals that wait", "everything", "/v1/approvals"],
    ["approvals that wait, of one tenant", "tenant", "/v1/approvals"],
    ["counts by agent and status", "everything", "/v1/tasks/counts"],
    ["metrics of one tenant", "tenant", "/metrics"],
    ["storage of one tenant", "tenant", "/v1/storage"],
    ["storage of everything", "everything", "/v1/storage"],
    ["the tasks that take most", "everything", "/v1/storage/tasks"],
  ];
}
