// Owns dialogs: a title, content, and a way out. What makes one is fetched when the first one opens: nobody who
// only looks needs it.
import { lazy, type ReactNode, type RefObject, Suspense, useState } from "react";

export interface DialogProps {
  readonly open: boolean;
  readonly close: () => void;
  readonly title: string;
  /** `wide` for forms with a preview beside them. */
  readonly size?: "narrow" | "wide";
  /** What has the focus first. Default: the first that can. */
  readonly first?: RefObject<HTMLElement | null>;
  readonly children: ReactNode;
}

const Lazy = lazy(async () => ({ default: (await import("./base-dialog.tsx")).BaseDialog }));

export function Dialog(props: DialogProps) {
  // Once it was open it stays, so that it gives the focus back when it closes.
  const [wanted, setWanted] = useState(props.open);
  if (props.open && !wanted) setWanted(true);
  return wanted ? (
    <Suspense fallback={null}>
      <Lazy {...props} />
    </Suspense>
  ) : null;
}
