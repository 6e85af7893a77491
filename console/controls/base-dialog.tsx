// Owns the dialog itself: focus stays inside and returns, Escape closes (Base UI). Fetched when the first one opens.
import { Dialog as Base } from "@base-ui/react/dialog";
import type { DialogProps } from "./dialog.tsx";
import styles from "./dialog.module.css";

export function BaseDialog({ open, close, title, size = "narrow", first, children }: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(next) => (next ? undefined : close())}>
      <Base.Portal>
        <Base.Backdrop className={styles["veil"]} />
        <Base.Popup
          className={`${styles["popup"]} ${styles[size]}`}
          {...(first === undefined ? {} : { initialFocus: first })}
        >
          <header className={styles["head"]}>
            <Base.Title className={styles["title"]}>{title}</Base.Title>
            <Base.Close className={styles["close"]} aria-label="Close">
              ×
            </Base.Close>
          </header>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
