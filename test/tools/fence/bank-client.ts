// Owns a test's end of the bank: its process, its gates, and what has arrived there.
import { vi } from "vitest";
import { sha256 } from "../../../core/digest.ts";
import { freePorts } from "../../../services/engine/ports.ts";
import { spawnProcess, type WorkerProcess } from "../../support/worker-process.ts";

// A bound on waiting for what happens anyway; nothing is measured with it.
export const PATIENCE = { timeout: 30_000, interval: 20 };

export interface Bank {
  readonly url: string;
  /** From now on whoever comes to this gate waits: a point of a worker, or `ackOf`. */
  close(gate: string): Promise<void>;
  open(gate: string): Promise<void>;
  /** Resolves once the bank has got a request for the operation. */
  got(operationId: string): Promise<void>;
  /** What was asked for with the key that the operation gives, in order. */
  requests(operationId: string): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** The gate behind which the bank acknowledges what it did for the operation. */
export function ackOf(operationId: string): string {
  return `ack ${sha256(operationId)}`;
}

export async function startBank(file: string): Promise<Bank> {
  const [port = 0] = await freePorts(1);
  const bank = await spawnProcess(new URL("bank.ts", import.meta.url), port, {}, [file]);
  const turn = async (how: "open" | "close", gate: string): Promise<void> => {
    await fetch(`${bank.url}/${how}/${encodeURIComponent(gate)}`, { method: "POST" });
  };
  return {
    url: bank.url,
    close: (gate) => turn("close", gate),
    open: (gate) => turn("open", gate),
    got: (operationId) => at(bank, `got ${sha256(operationId)}`),
    async requests(operationId) {
      const all = (await (await fetch(`${bank.url}/requests`)).json()) as Arrived[];
      return all.filter(({ key }) => key === sha256(operationId)).map(({ verb }) => verb);
    },
    stop: () => bank.kill(),
  };
}

interface Arrived {
  readonly verb: string;
  readonly key: string;
}

/** Resolves once the process has come to this point. */
export function at({ messages, output }: WorkerProcess, point: string): Promise<void> {
  return vi.waitFor(() => {
    if (messages.includes(point)) return;
    throw new Error(`${point} is not among ${JSON.stringify(messages)}\n${output()}`);
  }, PATIENCE);
}
