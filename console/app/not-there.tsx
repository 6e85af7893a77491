// Owns what an address shows that is no screen's.
import { Link } from "@tanstack/react-router";
import { Empty } from "../controls/notice.tsx";

export function NotThere() {
  return (
    <Empty title="There is no such page">
      <Link to="/">To the fleet</Link>
    </Empty>
  );
}
