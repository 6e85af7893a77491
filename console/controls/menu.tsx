// Owns menus behind a button: what can be done, by arrow keys and by name. What makes one is fetched behind the
// page; until then its button stands there.
import { lazy, type ReactNode, Suspense } from "react";
import { buttonClass } from "./button.tsx";

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  /** What it does, in a few words. */
  readonly about?: string;
  readonly danger?: boolean;
  readonly run: () => void;
}

export interface MenuProps {
  readonly label: ReactNode;
  readonly items: readonly MenuItem[];
  readonly disabled?: boolean;
}

const Lazy = lazy(async () => ({ default: (await import("./base-menu.tsx")).BaseMenu }));

export function Menu(props: MenuProps) {
  // One that offers nothing yet needs no more than a button.
  if (props.disabled === true || props.items.length === 0) return <Standing label={props.label} />;
  return (
    <Suspense fallback={<Standing label={props.label} />}>
      <Lazy {...props} />
    </Suspense>
  );
}

function Standing({ label }: Pick<MenuProps, "label">) {
  return (
    <button type="button" className={buttonClass("plain")} disabled>
      {label} <span aria-hidden="true">▾</span>
    </button>
  );
}
