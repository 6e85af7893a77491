// Owns the port through which an artifact store encrypts what it keeps. services/encryption
// implements it with the app's keys; the form of a sealed artifact is the implementer's own.

/** `place` is authenticated with the bytes: what was sealed for one place opens at no other. */
export interface ArtifactSealing {
  seal(bytes: Uint8Array, place: string): Uint8Array;
  /** Never throws. */
  open(stored: Uint8Array, place: string): OpenedArtifact;
}

export type OpenedArtifact =
  /** `current`: it was sealed with the key that new artifacts are sealed with. */
  | { readonly form: "opened"; readonly bytes: Uint8Array; readonly current: boolean }
  /** It does not look sealed at all. */
  | { readonly form: "plain" }
  | { readonly form: "key-missing"; readonly keyId: string }
  /** It was changed or cut, or belongs to another place, or its key is another one of this id. */
  | { readonly form: "damaged"; readonly keyId: string };
