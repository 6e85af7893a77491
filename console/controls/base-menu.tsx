// Owns the menu itself: arrow keys, the beginning of a name, Escape (Base UI). Fetched behind the page.
import { Menu as Base } from "@base-ui/react/menu";
import { buttonClass } from "./button.tsx";
import type { MenuProps } from "./menu.tsx";
import styles from "./menu.module.css";

export function BaseMenu({ label, items, disabled = false }: MenuProps) {
  return (
    <Base.Root>
      <Base.Trigger className={buttonClass("plain")} disabled={disabled || items.length === 0}>
        {label} <span aria-hidden="true">▾</span>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className={styles["place"]}>
          <Base.Popup className={styles["popup"]}>
            {items.map(({ id, label: name, about, danger, run }) => (
              <Base.Item
                key={id}
                className={styles["item"]}
                data-danger={danger === true ? "" : undefined}
                onClick={run}
              >
                <span className={styles["name"]}>{name}</span>
                <span className={styles["about"]}>{about}</span>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
