// Owns what a model call is reserved at before it and settled at after it. An estimate is a bound:
// only a provider that ignores the output cap, or counts input that was not sent, exceeds it.
import type { Amounts } from "../../contract/budget.ts";
import type { ModelUsage } from "../../contract/model.ts";
import type { TokenPrice } from "../../contract/port.ts";
import { excess } from "./amounts.ts";

/** The output cap of a request under a budget when the agent sets none, in tokens. */
export const DEFAULT_OUTPUT_CAP = 16_384;
/** Tokens that a provider may add around each message and each tool. */
const TOKENS_PER_PART = 16;
/** The most that one image counts as, with today's providers and at any size. */
const TOKENS_PER_IMAGE = 4_096;

/** What a request holds, without its tokenizer. */
export interface RequestSize {
  /** UTF-8 bytes of all text: instructions, messages, tool schemas, output schema. */
  readonly textBytes: number;
  /** Messages, tools, and the instructions. */
  readonly parts: number;
  readonly images: number;
  /** Bytes of files that are sent along. */
  readonly fileBytes: number;
}

/**
 * An upper bound of a request's input tokens. A byte-level tokenizer makes at most one token of a
 * byte, so bytes are the bound that holds for every text; prose has about four bytes per token.
 * With what the provider counted for an earlier request that this one begins with, only what was
 * added since is taken at that bound.
 */
export function estimateInputTokens(
  size: RequestSize,
  known?: { readonly size: RequestSize; readonly inputTokens: number },
): number {
  const bound = boundOf(size);
  return known === undefined
    ? bound
    : Math.min(bound, known.inputTokens + Math.max(0, bound - boundOf(known.size)));
}

function boundOf({ textBytes, parts, images, fileBytes }: RequestSize): number {
  return textBytes + fileBytes + parts * TOKENS_PER_PART + images * TOKENS_PER_IMAGE;
}

export interface ModelCallSize {
  /** From `estimateInputTokens`. */
  readonly inputTokensEstimate: number;
  /** The cap that the request carries. */
  readonly maxOutputTokens: number;
  /** Undefined: money is not counted. */
  readonly price: TokenPrice | undefined;
  /** The call's timeout. */
  readonly timeoutMs: number;
}

/** What is reserved for a model call. */
export function estimateModelCall(call: ModelCallSize): Amounts {
  const { inputTokensEstimate: inputTokens, maxOutputTokens: outputTokens, price } = call;
  return {
    inputTokens,
    outputTokens,
    ...(price === undefined ? {} : { money: costOf({ inputTokens, outputTokens }, price) }),
    steps: 1,
    wallMs: call.timeoutMs,
  };
}

/** What is settled for a model call that answered, or that failed with this usage. */
export function usedByModelCall(
  usage: ModelUsage,
  price: TokenPrice | undefined,
  durationMs: number,
): Amounts {
  const { inputTokens, outputTokens } = usage;
  return {
    inputTokens,
    outputTokens,
    ...(price === undefined ? {} : { money: costOf(usage, price) }),
    steps: 1,
    wallMs: durationMs,
  };
}

/** The cost of tokens in millionths of the currency, rounded up. */
export function costOf(
  { inputTokens, outputTokens, cachedInputTokens = 0 }: ModelUsage,
  price: TokenPrice,
): number {
  const cached = Math.min(cachedInputTokens, inputTokens);
  const perMillion =
    BigInt(inputTokens - cached) * BigInt(price.inputPerMillion) +
    BigInt(cached) * BigInt(price.cachedInputPerMillion ?? price.inputPerMillion) +
    BigInt(outputTokens) * BigInt(price.outputPerMillion);
  const cost = (perMillion + 999_999n) / 1_000_000n;
  return cost > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(cost);
}

/** How much more was used than reserved, if anything: a provider ignored its cap (F25). */
export function overrunOf(used: Amounts, reserved: Amounts): Amounts {
  return excess(used, reserved);
}
