// Owns the result of an effect that happened while the artifact store was down: it is kept in the
// journal until the store is back, since the effect cannot be made again to get it.
import type { ToolResult } from "../../contract/tool.ts";
import { placeResult, type ResultPlace, type Sized } from "./settle-result.ts";

export interface Unstored extends Omit<Sized, "text"> {
  /** JSON could make six bytes of one, and an entry of the journal has a limit. */
  readonly base64: string;
}

/** Places a result, or else keeps it. Never rejects. */
export async function placeOrKeep(
  sized: Sized,
  place: ResultPlace,
): Promise<ToolResult | { readonly kept: Unstored }> {
  try {
    return await placeResult(sized, place);
  } catch {
    const { text, ...rest } = sized;
    return { kept: { ...rest, base64: Buffer.from(text).toString("base64") } };
  }
}

/** Rejects for as long as the artifact store does. */
export function placeKept({ base64, ...rest }: Unstored, place: ResultPlace): Promise<ToolResult> {
  return placeResult({ ...rest, text: Buffer.from(base64, "base64").toString() }, place);
}
