// Owns how a moment is shown: how long ago, and exactly when on hover and for machines.
import { agoWords, fullTime } from "./time-words.ts";
import { useNow } from "./use-now.ts";

export function Ago({ at, className }: { at: number; className?: string | undefined }) {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={fullTime(at)} className={className}>
      {agoWords(at, now)}
    </time>
  );
}
