// Owns encryption as users and the composition see it: keys in, and out what the endpoints and
// the clients of the ingress take. The design is in docs/decisions/0007-encryption.md.
import type { HooksProvider, JournalValueCodec } from "@restatedev/restate-sdk";
import type { ArtifactSealing } from "../../contract/artifact-sealing.ts";
import { createArtifactSealing } from "./artifact-sealing.ts";
import { createKeyring, type EncryptionKey } from "./keyring.ts";
import { type EndpointServices, findPublicHandlers } from "./public-handlers.ts";
import { createClientCodec, createEndpointCodec } from "./value-codec.ts";

export interface EncryptionOptions {
  /** All keys that values may still be encrypted with. */
  readonly keys: readonly EncryptionKey[];
  /** Id of the key that new values are encrypted with. */
  readonly current: string;
  /**
   * Takes plain values wherever they are found. Only while tasks from before the encryption
   * are there: whoever can write the server's data could then plant values.
   */
  readonly plainValues?: boolean;
}

/** What `createEndpointHandler` is given beside the services. */
export interface EndpointEncryption {
  readonly journalValueCodecProvider: () => Promise<JournalValueCodec>;
  readonly defaultServiceOptions: { readonly hooks: HooksProvider[] };
}

export interface Encryption {
  /**
   * For clients of the ingress: `connect({ url, journalValueCodec })`. What is sent with it is
   * encrypted, and so is the answer; without it both are plain.
   */
  readonly clientCodec: JournalValueCodec;
  /** For artifact stores: `createFsArtifactStore({ directory, encryption })`. */
  readonly artifactSealing: ArtifactSealing;
  /** For one endpoint. `plainAwakeables`: its awakeables may be resolved with plain text. */
  forEndpoint(
    services: EndpointServices,
    options: { readonly plainAwakeables: boolean },
  ): EndpointEncryption;
}

/**
 * Encrypts journal, state and artifacts with AES-256-GCM. Throws an Error that names the key and the fix
 * when the keys cannot be used; keys appear in no message, log or JSON.
 */
export function createEncryption(options: EncryptionOptions): Encryption {
  const { keys, current, plainValues = false } = options;
  const keyring = createKeyring(keys, current);
  return {
    clientCodec: createClientCodec(keyring, plainValues),
    artifactSealing: createArtifactSealing(keyring, current),
    forEndpoint(services, { plainAwakeables }) {
      const found = findPublicHandlers(services);
      // Whoever needs it awaits it again and gets the rejection there.
      found.catch(() => undefined);
      const { codec, hook } = createEndpointCodec(keyring, {
        publicHandlers: () => found,
        plainAwakeables,
        plainValues,
      });
      return {
        journalValueCodecProvider: async () => codec,
        defaultServiceOptions: { hooks: [hook] },
      };
    },
  };
}
