// Owns what narrows the list beside the views: agent, owner, the beginning of an id; and a person's own views.
import { useEffect, useId, useRef, useState } from "react";
import { usePreference } from "../app/preferences.ts";
import { Button } from "../controls/button.tsx";
import { Dialog } from "../controls/dialog.tsx";
import fields from "../controls/fields.module.css";
import { useCommands } from "../keyboard/commands.tsx";
import styles from "./fleet.module.css";
import type { TaskFilter } from "./merge-tasks.ts";
import { savedViews } from "./saved-views.ts";
import { StatusChips, type StripProps } from "./view-strip.tsx";
import { sameFilter, VIEWS } from "./views.ts";

/** After the last letter, in milliseconds. */
const TYPED_MS = 250;

export function FilterBar(props: StripProps) {
  const { counts, filter, change } = props;
  const agents = [...new Set(counts?.rows.map(({ agent }) => agent) ?? [])].toSorted();
  if (filter.agent !== undefined && !agents.includes(filter.agent)) agents.push(filter.agent);
  return (
    <div className={styles["filters"]}>
      <Typed name="taskIdPrefix" label="Task" filter={filter} change={change} />
      <label className={fields["field"]}>
        Agent
        <select
          className={fields["select"]}
          value={filter.agent ?? ""}
          onChange={({ target: { value } }) => change(withField(filter, "agent", value))}
        >
          <option value="">any</option>
          {agents.map((agent) => (
            <option key={agent}>{agent}</option>
          ))}
        </select>
      </label>
      <Typed name="owner" label="Owner" filter={filter} change={change} />
      <SaveView filter={filter} />
      <StatusChips {...props} />
    </div>
  );
}

type TextField = "taskIdPrefix" | "owner";

function withField(filter: TaskFilter, name: TextField | "agent", value: string): TaskFilter {
  const { [name]: _, ...rest } = filter;
  return value === "" ? rest : { ...rest, [name]: value };
}

interface TypedProps {
  readonly name: TextField;
  readonly label: string;
  readonly filter: TaskFilter;
  readonly change: (filter: TaskFilter) => void;
}

function Typed({ name, label, filter, change }: TypedProps) {
  const given = filter[name] ?? "";
  const [text, setText] = useState(given);
  const [from, setFrom] = useState(given);
  const input = useRef<HTMLInputElement>(null);
  // Another view was chosen.
  if (given !== from) {
    setFrom(given);
    setText(given);
  }
  useEffect(() => {
    if (text === given) return;
    const timer = setTimeout(() => change(withField(filter, name, text.trim())), TYPED_MS);
    return () => clearTimeout(timer);
  });
  const key = name === "taskIdPrefix" ? "/" : undefined;
  const run = (): void => input.current?.focus();
  useCommands(
    key === undefined
      ? []
      : [{ id: "find-task", label: "Filter by task", group: "List", keys: key, run }],
  );
  return (
    <label className={fields["field"]}>
      {label}
      <input
        ref={input}
        type="search"
        size={name === "owner" ? 10 : 16}
        className={fields["input"]}
        placeholder={name === "owner" ? "exactly" : "id begins with"}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
    </label>
  );
}

function SaveView({ filter }: { filter: TaskFilter }) {
  const saved = usePreference(savedViews);
  const [open, setOpen] = useState(false);
  const [label, setLabel] = useState("");
  const id = useId();
  const own = saved.find((view) => sameFilter(view.filter, filter));
  if (own !== undefined) {
    const forget = (): void => savedViews.set(saved.filter((view) => view !== own));
    return <Button onClick={forget}>Forget view</Button>;
  }
  if (VIEWS.some((view) => sameFilter(view.filter, filter))) return null;
  const keep = (): void => {
    savedViews.set([
      ...saved.filter((view) => view.label !== label.trim()),
      { label: label.trim(), filter },
    ]);
    setOpen(false);
    setLabel("");
  };
  return (
    <>
      <Button onClick={() => setOpen(true)}>Save view …</Button>
      <Dialog open={open} close={() => setOpen(false)} title="Save this view in this browser">
        <form
          className={styles["save"]}
          onSubmit={(event) => {
            event.preventDefault();
            if (label.trim() !== "") keep();
          }}
        >
          <label htmlFor={id}>Name</label>
          <input
            id={id}
            className={fields["input"]}
            maxLength={40}
            value={label}
            onChange={(event) => setLabel(event.target.value)}
          />
          <Button type="submit" look="primary" disabled={label.trim() === ""}>
            Save
          </Button>
        </form>
      </Dialog>
    </>
  );
}
