// Owns an endpoint that receives notifications: an HTTP server on loopback that answers as the
// test says, checks each signature, and can go down and come up on the same port.
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";
import type { NotificationBody } from "../../../contract/notification.ts";

export interface Received {
  readonly id: string;
  readonly path: string;
  readonly body: NotificationBody;
  /** Undefined where the signature is right. */
  readonly problem: string | undefined;
}

export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  /** What it answers from now on; 204 at first. */
  answer(status: number): void;
  down(): Promise<void>;
  up(): Promise<void>;
}

export async function createReceiver(secret: string): Promise<Receiver> {
  const received: Received[] = [];
  let status = 204;
  let port = 0;
  let server: Server;
  const up = async (): Promise<void> => {
    server = createServer((request, response) => {
      void readText(request).then((text) => {
        received.push(read(request, text, secret));
        response.writeHead(status, status === 302 ? { location: `${url()}/elsewhere` } : {});
        response.end("an answer that nobody reads");
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
    ({ port } = server.address() as AddressInfo);
  };
  const url = (): string => `http://127.0.0.1:${port}`;
  await up();
  return {
    url: url(),
    received,
    answer: (next) => {
      status = next;
    },
    up,
    down: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

async function readText(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += String(chunk);
  return text;
}

function read({ headers, url = "" }: IncomingMessage, text: string, secret: string): Received {
  let problem: string | undefined;
  try {
    // The library itself, as a receiver would use it, its check of the time included.
    new Webhook(secret).verify(text, headers as Record<string, string>);
  } catch (error) {
    problem = String(error);
  }
  const body = JSON.parse(text) as NotificationBody;
  return { id: String(headers["webhook-id"]), path: url, body, problem };
}
