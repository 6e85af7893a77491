// Owns the way from a task that waits for decisions to where they are made.
import { Link, useNavigate } from "@tanstack/react-router";
import type { StatusView } from "../../contract/api.ts";
import { useCaller } from "../api/caller.tsx";
import { buttonClass } from "../controls/button.tsx";
import { useCommands } from "../keyboard/commands.tsx";
import { openDecisions } from "./open-decisions.ts";

export function DecideLinks({ status }: { status: StatusView }) {
  const { may } = useCaller();
  const navigate = useNavigate();
  const open = may("approval.show") ? openDecisions(status) : [];
  useCommands(
    open.slice(0, 1).map(({ approvalId, about }) => ({
      id: "decide",
      label: `Decide on ${about}`,
      group: "Task",
      keys: "a",
      run: () => void navigate({ to: "/approvals/$approvalId", params: { approvalId } }),
    })),
  );
  return open.map(({ approvalId, about }, n) => (
    <Link
      key={approvalId}
      to="/approvals/$approvalId"
      params={{ approvalId }}
      className={buttonClass(n === 0 ? "primary" : "plain")}
    >
      Decide on {about}
    </Link>
  ));
}
