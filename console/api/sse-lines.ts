// Owns the form of server-sent events (WHATWG HTML, 9.2), as far as the gateway writes them: text comes in
// pieces of any length, events go out whole and in order. Pure.

export interface StreamEvent {
  readonly event: string;
  /** As JSON. */
  readonly data: string;
  readonly id?: string;
}

/** Takes the pieces of one connection. What has not ended yet is kept for the next piece. */
export function createEventReader(): (piece: string) => readonly StreamEvent[] {
  let rest = "";
  return (piece) => {
    const blocks = (rest + piece).split("\n\n");
    rest = blocks.pop() ?? "";
    return blocks.flatMap(eventIn);
  };
}

function eventIn(block: string): readonly StreamEvent[] {
  let event: string | undefined;
  let id: string | undefined;
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    const value = line.slice(at + 1).replace(/^ /, "");
    const field = line.slice(0, at);
    if (field === "event") event = value;
    else if (field === "data") data.push(value);
    else if (field === "id") id = value;
  }
  if (event === undefined || data.length === 0) return [];
  return [{ event, data: data.join("\n"), ...(id === undefined ? {} : { id }) }];
}
