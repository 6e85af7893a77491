// Owns plain HTTP to a server's ingress, as a user's `curl` speaks it.

export interface IngressAnswer {
  readonly status: number;
  /** Parsed when it is JSON, else the text; undefined when empty. */
  readonly body: unknown;
}

export interface Ingress {
  /** `POST {ingress}/restate/call/<path>` with a JSON body. */
  call(path: string, body?: unknown, headers?: Record<string, string>): Promise<IngressAnswer>;
  /** `POST {ingress}/restate/send/<path>`; resolves to the invocation id. */
  send(path: string, body?: unknown, headers?: Record<string, string>): Promise<string>;
}

export function ingressAt(url: string): Ingress {
  return {
    call: (path, body, headers) => post(`${url}/restate/call/${path}`, body, headers),
    async send(path, body, headers) {
      const answer = await post(`${url}/restate/send/${path}`, body, headers);
      const id = (answer.body as { invocationId?: string } | undefined)?.invocationId;
      if (id === undefined) throw new Error(`send ${path}: ${JSON.stringify(answer)}`);
      return id;
    },
  };
}

async function post(
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<IngressAnswer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : parse(text) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
