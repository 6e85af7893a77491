// Owns what an author writes of a tool. define-tool.ts completes and checks it.
import type { CompensateAnswer, ReconcileAnswer } from "../../contract/effect-answer.ts";
import type { EffectClass } from "../../contract/effect-class.ts";
import type { AnySchema, ToolContext, ToolRetry } from "../../contract/tool.ts";
import type { WaitFor } from "../wait-for.ts";

/**
 * What an author writes. The schemas are zod's or of any Standard Schema, and the types follow
 * from them: `execute` is given what `input` makes of the model's arguments, and returns what
 * `output` takes.
 */
export interface ToolSpec<Arguments, Input, Result, Output> {
  /** Letters, digits, `_` and `-`; the model and Restate's console show it. */
  readonly name: string;
  /** "1" by default. Change it with the tool's behaviour; the task log records it. */
  readonly version?: string;
  /** What the tool does and when to use it; the model reads it. */
  readonly description: string;
  /** Of an object. Arguments that do not satisfy it never reach `execute`. */
  readonly input: AnySchema<Arguments, Input>;
  /** A result that does not satisfy it is an error that is not retried. */
  readonly output: AnySchema<Result, Output>;
  /** What the tool may do to the outside world. */
  readonly effect: EffectClass;
  /** A successful call completes the task. False by default. */
  readonly endsTask?: boolean;
  /** Whether a person must approve each call; by default the effect class decides. */
  readonly approval?: "default" | "required" | "never";
  /** Bound of one attempt, in milliseconds; 60,000 by default. */
  readonly timeoutMs?: number;
  /** 5 attempts, from 200 ms doubling up to 5,000 ms between them, by default. */
  readonly retry?: Partial<ToolRetry>;
  /**
   * Say "honoured" when the other side makes an effect once per idempotency key, for `execute`
   * and for `compensate`: they may then be retried. With "none", the default, each is made at
   * most once, and an unclear end asks `reconcile` or a person (docs/effects.md).
   */
  readonly idempotency?: "honoured" | "none";
  /** How long after its intent an attempt may begin its effect, in milliseconds; 10,000 by default. */
  readonly startDeadlineMs?: number;
  /** Names that `context.credential` may be asked for. None by default. */
  readonly credentials?: readonly string[];
  /** Only for an input schema that cannot describe itself (Standard JSON Schema). */
  readonly inputJsonSchema?: Record<string, unknown>;
  /**
   * Does the work. Throw `toolFailure(code, message)` for what the model can act on, and
   * `notApplied(reason)` where it is certain that nothing happened. Anything else that is thrown
   * is retried where that is safe, with the same idempotency key, and otherwise leaves the
   * outcome unknown. Return `waitFor(request)` where the result is what comes later.
   */
  execute(input: NoInfer<Input>, context: ToolContext): MaybePromise<NoInfer<Result> | WaitFor>;
  /** Looks the effect up on the other side, by the key that `execute` had. Changes nothing. */
  readonly reconcile?:
    | ((
        input: NoInfer<Input>,
        context: ToolContext,
      ) => MaybePromise<ReconcileAnswer<NoInfer<Result>>>)
    | undefined;
  /** Undoes an effect that had this result. */
  readonly compensate?:
    | ((
        input: NoInfer<Input>,
        result: NoInfer<Output>,
        context: ToolContext,
      ) => MaybePromise<CompensateAnswer>)
    | undefined;
  /**
   * What of the outside a proposed call rests on, as JSON: a version, an etag, a balance. A call
   * that was proposed under another one is not made. Changes nothing.
   */
  readonly precondition?: ((input: NoInfer<Input>, context: ToolContext) => unknown) | undefined;
  /** What the call touches, such as `order/1017`. Of the input alone. */
  readonly resource?: ((input: NoInfer<Input>) => string) | undefined;
  /** What one call costs, in micro-units of the budgets' currency. Of the input alone. */
  readonly price?: ((input: NoInfer<Input>) => number) | undefined;
}

type MaybePromise<T> = T | Promise<T>;

/** JavaScript authors and casts get here with anything, so nothing is taken for granted. */
export type UncheckedSpec = {
  readonly [key in keyof ToolSpec<never, never, never, never>]?: unknown;
};
