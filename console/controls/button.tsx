// Owns buttons, and links that look like them.
import type { ButtonHTMLAttributes, ReactNode } from "react";
import styles from "./button.module.css";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `plain` by default. `primary` once a view at most; `danger` for what cannot be taken back. */
  readonly look?: "plain" | "primary" | "danger" | "bare";
  /** The single key that does the same, shown at its end. */
  readonly keys?: string | undefined;
  readonly children: ReactNode;
}

export function Button({ look = "plain", keys, children, className, ...rest }: ButtonProps) {
  return (
    <button type="button" {...rest} className={buttonClass(look, className)}>
      {children}
      {keys === undefined ? null : (
        <kbd className={styles["keys"]} aria-hidden="true">
          {keys}
        </kbd>
      )}
    </button>
  );
}

export function buttonClass(look: NonNullable<ButtonProps["look"]>, more?: string): string {
  return [styles["button"], styles[look], more].filter((each) => each !== undefined).join(" ");
}
