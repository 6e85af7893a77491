// Owns a reader of a stream, as a browser is one: it takes events as they come, remembers where it is,
// and goes on from there after it was cut off.
export interface Read {
  readonly event: string;
  readonly id?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Reader {
  /** All that came, over all connections. */
  readonly read: readonly Read[];
  /** How often it was connected. */
  connections(): number;
  /** Cuts the connection; the reader comes back by itself. */
  cut(): void;
  /** Resolves when the stream has said that it is at its end. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

export function openReader(url: string, key: string): Reader {
  const read: Read[] = [];
  let connections = 0;
  const stopping = new AbortController();
  let connection = new AbortController();
  const follow = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      connection = new AbortController();
      connections += 1;
      const last = read.findLast(({ id }) => id !== undefined)?.id;
      const headers = {
        authorization: `Bearer ${key}`,
        ...(last === undefined ? {} : { "last-event-id": last }),
      };
      try {
        const response = await fetch(url, { headers, signal: connection.signal });
        if (response.status !== 200) throw new Error(`the stream answered ${response.status}`);
        for await (const each of eventsOf(response)) {
          read.push(each);
          if (each.event === "end") return;
        }
      } catch (error) {
        if (!connection.signal.aborted && !isCut(error)) throw error;
      }
    }
  };
  const ended = follow();
  return {
    read,
    connections: () => connections,
    cut: () => connection.abort(),
    ended,
    stop: async () => {
      stopping.abort();
      connection.abort();
      await ended;
    },
  };
}

/** What fetch says of a connection that was closed from the other side. */
function isCut(error: unknown): boolean {
  return error instanceof TypeError;
}

async function* eventsOf(response: Response): AsyncGenerator<Read> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    const blocks = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(block.split("\n").map((line) => fieldOf(line)));
      const [event, data, id] = ["event", "data", "id"].map((name) => fields.get(name));
      if (event === undefined || data === undefined) continue;
      yield { event, ...(id === undefined ? {} : { id }), data: JSON.parse(data) as Read["data"] };
    }
  }
}

function fieldOf(line: string): readonly [string, string] {
  const at = line.indexOf(":");
  return [line.slice(0, at), line.slice(at + 1).trimStart()];
}
