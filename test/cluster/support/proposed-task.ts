// Owns a task that proposes a refund and waits for a person, on a cluster whose nodes come and go: what
// is asked is asked until it is answered.
import type { StatusView } from "../../../contract/api.ts";
import { APPROVAL_SERVICE } from "../../../contract/approval.ts";
import type { TaskStatus } from "../../../contract/status.ts";
import type { ClusterScene } from "./cluster-scene.ts";
import { persist } from "./persist.ts";

export interface ProposedTask {
  /** Until it is known that the decision has arrived. */
  approve(): Promise<void>;
  /** Resolves when it rests, to what it said and did. */
  finished(): Promise<{ readonly answer: string | undefined; readonly effects: readonly string[] }>;
  /** Of its approval, as the admin API has it. */
  partitionKey(): Promise<bigint>;
}

/** Resolves when it waits. */
export async function proposeTask(scene: ClusterScene, id: string): Promise<ProposedTask> {
  const until = (wanted: TaskStatus): Promise<StatusView> =>
    persist(async () => {
      const view = await scene.watch(id).status();
      if (view.status !== wanted) throw new Error(`${id} is ${view.status}`);
      return view;
    });
  await persist(() => scene.task(id).start(`${id}\nrefund 7 | done *`));
  const { operations } = await until("waiting-approval");
  const approvalId = operations[0]?.proposal?.approvalId ?? "";
  return {
    approve: () =>
      persist(async () => {
        const { status } = await scene.watch(id).status();
        if (status !== "waiting-approval") return;
        await scene.task(id).decide({ decision: "approve", via: "decide" });
      }),
    async finished() {
      const { lastTurn } = await until("idle");
      return { answer: lastTurn?.answer, effects: scene.world.effects(id).map(({ what }) => what) };
    },
    partitionKey: () =>
      persist(async () => {
        // As text: it is larger than JSON's numbers are exact.
        const [row] = await scene.admin.query(
          `SELECT CAST(partition_key AS VARCHAR) AS key FROM state
           WHERE service_name = '${APPROVAL_SERVICE}' AND service_key = '${approvalId}' LIMIT 1`,
        );
        return BigInt(String(row?.["key"]));
      }),
  };
}
