// Owns how a risk is shown: never by colour alone.
import type { Risk } from "../../contract/effect-class.ts";
import { Mark } from "../controls/mark.tsx";
import type { Tone } from "../controls/status.ts";

const LOOK: Readonly<Record<Risk, readonly [Tone, string]>> = {
  low: ["calm", "▁"],
  medium: ["warn", "▄"],
  high: ["bad", "█"],
};

export function RiskMark({ risk }: { risk: Risk }) {
  const [tone, sign] = LOOK[risk];
  return (
    <Mark tone={tone} sign={sign}>
      {risk}
    </Mark>
  );
}
