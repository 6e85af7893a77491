// Owns what is done to many tasks at once: a verb, a preview of exactly which tasks it is asked of, a reason, and
// what became of each.
import { useState } from "react";
import type { ListedTask } from "../../contract/lists.ts";
import { useCaller } from "../api/caller.tsx";
import { taskPath, tell } from "../api/gateway.ts";
import { StatusMark } from "../controls/mark.tsx";
import { Menu } from "../controls/menu.tsx";
import { failureWords } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import { count } from "../controls/time-words.ts";
import { VERBS, type VerbWords } from "../controls/verbs.ts";
import { doEach } from "./do-each.ts";
import styles from "./fleet.module.css";

export interface BulkProps {
  readonly tasks: readonly ListedTask[];
  readonly clear: () => void;
}

export function BulkVerbs({ tasks, clear }: BulkProps) {
  const caller = useCaller();
  const [chosen, setChosen] = useState<VerbWords>();
  const offered = VERBS.filter(({ verb, many }) => many === true && caller.may(`task.${verb}`));
  if (offered.length === 0) return null;
  return (
    <div className={styles["bulk"]}>
      <span role="status">{tasks.length === 0 ? "" : `${count(tasks.length)} chosen`}</span>
      <Menu
        label="Act on them"
        disabled={tasks.length === 0}
        items={offered.map((words) => ({
          id: words.verb,
          label: words.label,
          about: words.about,
          danger: words.danger === true,
          run: () => setChosen(words),
        }))}
      />
      {chosen === undefined ? null : (
        <BulkDialog words={chosen} tasks={tasks} close={() => setChosen(undefined)} clear={clear} />
      )}
    </div>
  );
}

interface BulkDialogProps extends BulkProps {
  readonly words: VerbWords;
  readonly close: () => void;
}

function BulkDialog({ words, tasks, close, clear }: BulkDialogProps) {
  const { mayNow } = useCaller();
  // Those of the moment at which the dialog opened: what a person has seen is what is done.
  const [all] = useState(tasks);
  const asked = all.filter(({ status }) => mayNow(words.verb, status));
  const left = all.filter((task) => !asked.includes(task));
  const [failures, setFailures] = useState<ReadonlyMap<string, string>>(new Map());
  const act = async (reason: string): Promise<void> => {
    const refused = await doEach(asked, async ({ agent, taskId }) => {
      await tell(taskPath(agent, taskId, `/${words.verb}`), { reason });
    });
    setFailures(new Map([...refused].map(([task, why]) => [task.taskUid, failureWords(why)])));
    if (refused.size > 0)
      throw new Error(
        `${asked.length - refused.size} done; ${refused.size} refused, as said above`,
      );
    clear();
  };
  return (
    <ReasonDialog
      open
      close={close}
      size="wide"
      title={`${words.label} ${tasksWord(asked.length)}`}
      confirm={`${words.label} ${tasksWord(asked.length)}`}
      look={words.danger === true ? "danger" : "primary"}
      incomplete={asked.length === 0}
      act={act}
    >
      <p>
        {words.label}: {words.about}.
        {left.length === 0
          ? ""
          : ` ${tasksWord(left.length)} cannot be asked now, and will not be.`}
      </p>
      <Preview asked={asked} left={left} failures={failures} />
    </ReasonDialog>
  );
}

interface PreviewProps {
  readonly asked: readonly ListedTask[];
  readonly left: readonly ListedTask[];
  readonly failures: ReadonlyMap<string, string>;
}

/** Drawn at most; the number is in the title. */
const SHOWN = 200;

function Preview({ asked, left, failures }: PreviewProps) {
  const rows = [
    ...asked.map((task) => ({ task, out: false })),
    ...left.map((task) => ({ task, out: true })),
  ];
  return (
    // Scrolled by keys too.
    <ul className={styles["preview"]} tabIndex={0} aria-label="Tasks">
      {rows.slice(0, SHOWN).map(({ task, out }) => (
        <li key={task.taskUid} data-out={out ? "" : undefined}>
          <span>
            {task.agent}/{task.taskId}
          </span>
          <StatusMark status={task.status} />
          <span className={styles["failure"]}>
            {out ? "not now" : (failures.get(task.taskUid) ?? "")}
          </span>
        </li>
      ))}
      {rows.length > SHOWN ? <li>… and {count(rows.length - SHOWN)} more</li> : null}
    </ul>
  );
}

function tasksWord(tasks: number): string {
  return tasks === 1 ? "1 task" : `${count(tasks)} tasks`;
}
