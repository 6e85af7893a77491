// Owns the port EstimateCall: what a model call may use at most, from the log and the prices. It
// runs inside the action `estimate-model-call`, in apps with budgets only.
import type { AgentDefinition } from "../../contract/agent.ts";
import type { TaskEvent } from "../../contract/event.ts";
import type { AgentManifest } from "../../contract/model.ts";
import type { CallEstimate, EstimateCall, TokenPrice } from "../../contract/port.ts";
import { largest } from "../../core/budget/amounts.ts";
import {
  DEFAULT_OUTPUT_CAP,
  estimateInputTokens,
  estimateModelCall,
} from "../../core/budget/estimate.ts";
import { requestSize } from "../../core/budget/request-size.ts";
import type { MissingPrice } from "../../core/budget/settings.ts";
import { assembleContext } from "../../core/context.ts";
import { sealManifest } from "../../core/define-agent.ts";
import type { LogSource } from "./load-events.ts";
import { loadEvents } from "./load-events.ts";

/** A price, or why there is none. */
export type FindPrice = (
  model: string,
  at: number,
) =>
  | { readonly found: true; readonly price: TokenPrice }
  | { readonly found: false; readonly code: "price_missing"; readonly message: string };

export interface EstimateOptions extends LogSource {
  readonly agent: AgentDefinition;
  readonly manifest: AgentManifest;
  readonly findPrice: FindPrice;
  readonly missingPrice: MissingPrice;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Rejects with a plain Error, which makes the engine retry, when the log cannot be read. */
export function createCallEstimator(options: EstimateOptions): EstimateCall {
  const { agent, manifest, findPrice, missingPrice, now = Date.now } = options;
  const { limits, models } = agent;
  const sealed = { manifest, digest: sealManifest(manifest).sha256 };
  return async (call) => {
    const prices: Extract<CallEstimate, { ok: true }>["prices"][number][] = [];
    for (const choice of models) {
      const found = findPrice(choice.model, now());
      if (found.found) prices.push({ ...choice, price: found.price });
      else if (missingPrice === "refuse")
        return { ok: false, code: found.code, message: found.message };
    }
    const events = await loadEvents(call, options);
    const maxOutputTokens = (limits.maxOutputTokens ?? DEFAULT_OUTPUT_CAP) * call.room;
    const size = {
      inputTokensEstimate: inputTokens(sealed, agent, events),
      maxOutputTokens,
      // Each model of the list may take its whole time.
      timeoutMs: limits.modelTimeoutMs * models.length,
    };
    const amounts = prices
      .map(({ price }) => estimateModelCall({ ...size, price }))
      .reduce(largest, estimateModelCall({ ...size, price: undefined }));
    return { ok: true, amounts, maxOutputTokens, prices };
  };
}

/** What the provider has counted of the last request is known; only the rest is bounded. */
function inputTokens(
  { manifest, digest }: { readonly manifest: AgentManifest; readonly digest: string },
  { models }: AgentDefinition,
  events: readonly TaskEvent[],
): number {
  const sizeAt = (end: number) => requestSize(manifest, assembleContext(events.slice(0, end)));
  const size = sizeAt(events.length);
  const last = events.findLast((event) => event.type === "model.answered");
  const [only] = models;
  // Another model counts with another tokenizer, another release has other instructions.
  const counts =
    last?.type === "model.answered" &&
    models.length === 1 &&
    last.data.provider === only.provider &&
    last.data.model === only.model &&
    last.data.manifest === digest &&
    last.data.usage.inputTokens > 0;
  if (!counts) return estimateInputTokens(size);
  const { contextTo, usage } = last.data;
  const known = { size: sizeAt(contextTo + 1), inputTokens: usage.inputTokens };
  return estimateInputTokens(size, known);
}
