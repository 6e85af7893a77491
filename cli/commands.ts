// Owns the table of commands, in the order in which help shows them.
import { addCluster } from "./cluster/cluster-command.ts";
import type { AddCommand } from "./command.ts";
import { addApprovals } from "./commands/approvals.ts";
import { addCompletion } from "./commands/completion.ts";
import { addDev } from "./commands/dev.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEvidence } from "./commands/evidence.ts";
import { addExplain } from "./commands/explain.ts";
import { addInit } from "./commands/init.ts";
import { addLog } from "./commands/log.ts";
import { addSchedules } from "./commands/schedules.ts";
import { addStorage } from "./commands/storage.ts";
import { addStops } from "./commands/stops.ts";
import { addTalk } from "./commands/talk.ts";
import { addTasks } from "./commands/tasks.ts";
import { addVerbs } from "./commands/verbs.ts";
import { addDrain } from "./drain/drain-command.ts";

interface Group {
  /** As help heads it. */
  readonly heading: string;
  readonly commands: readonly AddCommand[];
}

export const GROUPS: readonly Group[] = [
  { heading: "Look:", commands: [addTasks, addExplain, addLog, addStorage] },
  { heading: "Talk:", commands: [addTalk] },
  { heading: "Decide:", commands: [addApprovals] },
  { heading: "Control:", commands: [addVerbs, addStops] },
  { heading: "Evidence:", commands: [addEvidence] },
  { heading: "By the clock:", commands: [addSchedules] },
  { heading: "Run:", commands: [addInit, addDev, addCluster, addDoctor, addDrain, addCompletion] },
];
