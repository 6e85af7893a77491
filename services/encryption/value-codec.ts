// Owns the verdict on every value that passes between a worker and Restate: what is encrypted,
// what may be plain, and what becomes of an invocation that met a value it cannot read.
import { AsyncLocalStorage } from "node:async_hooks";
import type { HooksProvider, JournalValueCodec } from "@restatedev/restate-sdk";
import { isAnswer, MISSING_KEY, summaryOf } from "../../contract/readable.ts";
import type { Keyring } from "./keyring.ts";
import { type Opened, openValue, sealValue } from "./sealed-value.ts";

export interface CodecRules {
  /** Names `service/handler` of those that anyone may call: their input may be plain. */
  readonly publicHandlers: () => Promise<ReadonlySet<string>>;
  /** What is not the input of an invocation may be plain: only awakeables where this is set. */
  readonly plainAwakeables: boolean;
  /** Every value may be plain: state and journals from before the encryption. */
  readonly plainValues: boolean;
}

/** One attempt of an invocation, while its handler runs. */
interface Attempt {
  readonly input: Uint8Array;
  readonly isPublic: boolean;
  /** It was called in plain, so it is answered in plain. */
  askedInPlain: boolean;
  /** Ends the attempt; the engine makes another one. */
  readonly fail: (error: Error) => void;
}

export interface EndpointCodec {
  readonly codec: JournalValueCodec;
  /** To be the first hook of every service at the endpoint. */
  readonly hook: HooksProvider;
}

export function createEndpointCodec(keyring: Keyring, rules: CodecRules): EndpointCodec {
  // The SDK tells a codec nothing of the value's kind. The attempt knows its input by identity.
  const attempts = new AsyncLocalStorage<Attempt>();
  return {
    hook: ({ request }) => ({
      interceptor: {
        handler: async (next) => {
          const isPublic = (await rules.publicHandlers()).has(
            `${request.target.service}/${request.target.handler}`,
          );
          const failure = Promise.withResolvers<never>();
          const attempt: Attempt = {
            input: request.body,
            isPublic,
            askedInPlain: false,
            fail: failure.reject,
          };
          await attempts.run(attempt, () => Promise.race([next(), failure.promise]));
        },
      },
    }),
    codec: {
      encode: (bytes) => {
        if (isAnswer(bytes) && attempts.getStore()?.askedInPlain === true) return bytes;
        return sealValue(keyring, bytes, summaryOf(bytes));
      },
      decode: async (bytes) => {
        const attempt = attempts.getStore();
        const opened = openValue(keyring, bytes);
        if (opened.form === "opened") return opened.bytes;
        const isInput = bytes === attempt?.input;
        if (opened.form === "plain" && mayBePlain(rules, attempt, isInput)) {
          if (attempt !== undefined && isInput) attempt.askedInPlain = true;
          return bytes;
        }
        return refuse(opened, attempt, isInput);
      },
    },
  };
}

/** For callers at the ingress: what they read is encrypted, since what they send is. */
export function createClientCodec(keyring: Keyring, plainValues: boolean): JournalValueCodec {
  return {
    encode: (bytes) => sealValue(keyring, bytes),
    decode: async (bytes) => {
      const opened = openValue(keyring, bytes);
      if (opened.form === "opened") return opened.bytes;
      if (opened.form === "plain" && plainValues) return bytes;
      throw problemOf(opened);
    },
  };
}

function mayBePlain(rules: CodecRules, attempt: Attempt | undefined, isInput: boolean): boolean {
  if (rules.plainValues) return true;
  return isInput ? attempt?.isPublic === true : rules.plainAwakeables;
}

/**
 * Never by a rejection inside of an invocation: the SDK ends the invocation for good when an
 * input does not decode, and hangs without a failure when a value inside of a race does not.
 */
function refuse(
  opened: Exclude<Opened, { form: "opened" }>,
  attempt: Attempt | undefined,
  isInput: boolean,
): Promise<never> {
  const problem = problemOf(opened);
  // A stranger's input that no key will ever open is the stranger's mistake.
  const isTheirs = isInput && attempt?.isPublic === true && opened.form === "damaged";
  if (attempt === undefined || isTheirs) return Promise.reject(problem);
  attempt.fail(problem);
  return new Promise(() => undefined);
}

function problemOf(opened: Exclude<Opened, { form: "opened" }>): Error {
  switch (opened.form) {
    case "key-missing":
      return new Error(
        `${MISSING_KEY}: a value is encrypted with the key "${opened.keyId}", which this process does not have; add it to the keys of createEncryption, and what waits for it goes on`,
      );
    case "damaged":
      return new Error(
        `a value that is encrypted with the key "${opened.keyId}" cannot be decrypted: it was changed or cut, or another key has this id`,
      );
    case "plain":
      return new Error(
        "a value that has to be encrypted is plain: it was changed from outside, or is older than the encryption (plainValues in docs/encryption.md)",
      );
  }
}
