// Owns the map of all keys that do something here and now, and the switch that turns letters off.
import { lettersPreference, usePreference } from "../app/preferences.ts";
import { Dialog } from "../controls/dialog.tsx";
import { type Command, useAllCommands } from "./commands.tsx";
import styles from "./keyboard.module.css";

export function ShortcutMap({ open, close }: { open: boolean; close: () => void }) {
  const letters = usePreference(lettersPreference);
  const commands = useAllCommands();
  return (
    <Dialog open={open} close={close} title="Keyboard" size="wide">
      <label className={styles["switch"]}>
        <input
          type="checkbox"
          checked={letters}
          onChange={(event) => lettersPreference.set(event.target.checked)}
        />
        Single-letter shortcuts
      </label>
      <div className={styles["map"]}>
        {groupsOf(commands).map(([group, members]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl className={styles["keys"]}>
              {members.map(({ id, label, keys = "" }) => (
                <div key={id} className={styles["keyRow"]}>
                  <dt>{label}</dt>
                  <dd>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

export function Keys({ keys }: { keys: string }) {
  return (
    <span className={styles["chord"]}>
      {keys.split(" ").map((key, at) => (
        <kbd key={at}>{key}</kbd>
      ))}
    </span>
  );
}

const ALWAYS: Command = {
  id: "palette",
  label: "Find a command or a task",
  group: "Anywhere",
  keys: "Ctrl+K",
  run: () => undefined,
};

function groupsOf(
  commands: readonly Command[],
): readonly (readonly [string, readonly Command[]])[] {
  const keyed = [ALWAYS, ...commands].filter(({ keys }) => keys !== undefined);
  return Object.entries(Object.groupBy(keyed, ({ group }) => group)).map(
    ([group, members]) => [group, members ?? []] as const,
  );
}
