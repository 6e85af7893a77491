// Owns the command palette: everything that can be done or opened from here, by its name; a task by the
// beginning of its id.
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { ask } from "../api/gateway.ts";
import type { TaskList } from "../../contract/lists.ts";
import { Dialog } from "../controls/dialog.tsx";
import { type Command, useAllCommands } from "./commands.tsx";
import styles from "./keyboard.module.css";
import { rankCommands } from "./rank-commands.ts";
import { Keys } from "./shortcut-map.tsx";

export function Palette({ open, close }: { open: boolean; close: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <Dialog open={open} close={close} title="Go to, or do" first={input}>
      {open ? <PaletteBody close={close} input={input} /> : null}
    </Dialog>
  );
}

interface BodyProps {
  readonly close: () => void;
  readonly input: React.RefObject<HTMLInputElement | null>;
}

function PaletteBody({ close, input }: BodyProps) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const commands = useAllCommands();
  const tasks = useTasksNamed(text.trim());
  const found = useMemo(() => {
    const offered = commands.filter(({ keysOnly }) => keysOnly !== true);
    return [...rankCommands(offered, text), ...tasks];
  }, [commands, tasks, text]);
  const id = useId();
  const run = (command: Command | undefined): void => {
    if (command === undefined) return;
    close();
    // After the dialog has given the focus back, so that what opens next may take it.
    setTimeout(command.run, 0);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (event.key === "Enter") run(found[at]);
    if (step === 0 || found.length === 0) return;
    event.preventDefault();
    setAt((at + step + found.length) % found.length);
  };
  return (
    <>
      <input
        ref={input}
        className={styles["input"]}
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found.length === 0 ? undefined : `${id}-${at}`}
        aria-label="Command, or the beginning of a task's id"
        placeholder="A command, or the beginning of a task's id"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul id={id} role="listbox" aria-label="Commands" className={styles["found"]}>
        {found.map((command, index) => (
          <Option
            key={command.id}
            id={`${id}-${index}`}
            command={command}
            selected={index === at}
            run={() => run(command)}
          />
        ))}
      </ul>
      <p role="status" className={styles["none"]}>
        {found.length === 0 ? "Nothing of that name." : ""}
      </p>
    </>
  );
}

interface OptionProps {
  readonly id: string;
  readonly command: Command;
  readonly selected: boolean;
  readonly run: () => void;
}

function Option({ id, command, selected, run }: OptionProps) {
  return (
    // The keys are the input's, which has the focus.
    <li
      id={id}
      role="option"
      aria-selected={selected}
      className={styles["option"]}
      ref={(element) => {
        if (selected) element?.scrollIntoView({ block: "nearest" });
      }}
      onClick={run}
    >
      <span className={styles["group"]}>{command.group}</span>
      <span>{command.label}</span>
      {command.keys === undefined ? null : <Keys keys={command.keys} />}
    </li>
  );
}

const NONE: readonly Command[] = [];

function useTasksNamed(prefix: string): readonly Command[] {
  const navigate = useNavigate();
  const { data } = useQuery({
    queryKey: ["tasks-named", prefix],
    queryFn: ({ signal }) =>
      ask<TaskList>("/v1/tasks", { query: { taskIdPrefix: prefix, limit: 8 }, signal }),
    enabled: prefix.length >= 2,
    staleTime: 5_000,
  });
  return useMemo(() => {
    if (data === undefined || prefix.length < 2) return NONE;
    return data.tasks.map(({ agent, taskId, taskUid, status }) => ({
      id: `task-${taskUid}`,
      label: `${taskId} (${agent}, ${status})`,
      group: "Task",
      run: () => void navigate({ to: "/tasks/$agent/$taskId", params: { agent, taskId } }),
    }));
  }, [data, prefix, navigate]);
}
