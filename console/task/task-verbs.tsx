// Owns the verbs of one task: what it takes now, from who is here, with a reason; and a message to it.
import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useId, useState } from "react";
import type { TaskStatus } from "../../contract/status.ts";
import { useCaller } from "../api/caller.tsx";
import { taskPath, tell } from "../api/gateway.ts";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import { Menu } from "../controls/menu.tsx";
import { failureWords } from "../controls/notice.tsx";
import { ReasonDialog } from "../controls/reason-dialog.tsx";
import { VERBS, type VerbWords } from "../controls/verbs.ts";
import { type Command, useCommands } from "../keyboard/commands.tsx";
import styles from "./task.module.css";
import type { TaskName } from "./use-task-log.ts";

interface FirstVerb {
  readonly verb: string;
  readonly key: string;
  /** Where it is what the task most likely needs. Default: wherever it is taken. */
  readonly of?: readonly TaskStatus[];
}

/** On buttons of their own. */
const FIRST: readonly FirstVerb[] = [
  { verb: "resume", key: "r" },
  {
    verb: "retry",
    key: "y",
    of: [
      "failed",
      "needs-operator",
      "waiting-auth",
      "waiting-provider",
      "waiting-budget",
      "waiting-reconcile",
    ],
  },
  { verb: "pause", key: "p" },
];

interface TaskVerbsProps {
  readonly name: TaskName;
  readonly status: TaskStatus;
  /** What comes before them. */
  readonly children?: ReactNode;
}

export function TaskVerbs({ name, status, children }: TaskVerbsProps) {
  const caller = useCaller();
  const [chosen, setChosen] = useState<VerbWords>();
  const [writing, setWriting] = useState(false);
  const taken = VERBS.filter(({ verb }) => caller.mayNow(verb, status));
  const first = FIRST.flatMap(({ verb, key, of }) => {
    const words = taken.find((each) => each.verb === verb);
    return words === undefined || of?.includes(status) === false ? [] : [{ words, key }];
  });
  const writes = caller.mayNow("send", status);
  const commands: Command[] = taken.map((words) => ({
    id: `verb-${words.verb}`,
    label: `${words.label} this task`,
    group: "Task",
    ...keyed(first.find((each) => each.words === words)?.key),
    run: () => setChosen(words),
  }));
  const write = { id: "write", label: "Write to the task", group: "Task", keys: "c" };
  if (writes) commands.push({ ...write, run: () => setWriting(true) });
  useCommands(commands);
  const rest = taken.filter((each) => !first.some(({ words }) => words === each));
  return (
    <div className={styles["verbs"]}>
      {children}
      {first.map(({ words, key }) => (
        <Button
          key={words.verb}
          look={words.verb === "pause" ? "plain" : "primary"}
          keys={key}
          onClick={() => setChosen(words)}
        >
          {words.label}
        </Button>
      ))}
      {writes ? (
        <Button keys="c" onClick={() => setWriting(true)}>
          Write
        </Button>
      ) : null}
      {rest.length === 0 ? null : (
        <Menu
          label="More"
          items={rest.map((words) => ({
            id: words.verb,
            label: words.label,
            about: words.about,
            danger: words.danger === true,
            run: () => setChosen(words),
          }))}
        />
      )}
      <VerbDialog name={name} words={chosen} close={() => setChosen(undefined)} />
      <WriteDialog name={name} open={writing} close={() => setWriting(false)} />
    </div>
  );
}

function keyed(keys: string | undefined): { readonly keys?: string } {
  return keys === undefined ? {} : { keys };
}

interface VerbDialogProps {
  readonly name: TaskName;
  readonly words: VerbWords | undefined;
  readonly close: () => void;
}

function VerbDialog({ name, words, close }: VerbDialogProps) {
  const queries = useQueryClient();
  const { agent, taskId } = name;
  const label = words?.label ?? "";
  return (
    <ReasonDialog
      open={words !== undefined}
      close={close}
      title={`${label} ${taskId}`}
      confirm={label}
      look={words?.danger === true ? "danger" : "primary"}
      act={async (reason) => {
        await tell(taskPath(agent, taskId, `/${words?.verb ?? ""}`), { reason });
        await queries.invalidateQueries({ queryKey: ["task", agent, taskId] });
      }}
    >
      <p>
        {label}: {words?.about}.
      </p>
    </ReasonDialog>
  );
}

interface WriteDialogProps {
  readonly name: TaskName;
  readonly open: boolean;
  readonly close: () => void;
}

function WriteDialog({ name, open, close }: WriteDialogProps) {
  return (
    <Dialog open={open} close={close} title={`Write to ${name.taskId}`}>
      {open ? <WriteForm name={name} close={close} /> : null}
    </Dialog>
  );
}

function WriteForm({ name: { agent, taskId }, close }: Omit<WriteDialogProps, "open">) {
  const [message, setMessage] = useState("");
  const [mode, setMode] = useState("steer");
  const [failure, setFailure] = useState<string>();
  const [busy, setBusy] = useState(false);
  const id = useId();
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    try {
      await tell(taskPath(agent, taskId, "/send"), { message, mode });
      close();
    } catch (error) {
      setFailure(failureWords(error));
      setBusy(false);
    }
  };
  return (
    <form className={styles["write"]} onSubmit={(event) => void submit(event)}>
      <label htmlFor={id}>Message</label>
      <textarea
        id={id}
        rows={4}
        required
        value={message}
        onChange={(event) => setMessage(event.target.value)}
      />
      <label>
        Taken in{" "}
        <select value={mode} onChange={(event) => setMode(event.target.value)}>
          <option value="steer">at the next step</option>
          <option value="interrupt">now, in the place of what goes on</option>
          <option value="queue">as a turn of its own, after this one</option>
        </select>
      </label>
      <p role="alert" className={styles["alarm"]}>
        {failure}
      </p>
      <Button type="submit" look="primary" disabled={busy || message.trim() === ""}>
        Send
      </Button>
    </form>
  );
}
