// Owns the encryption of artifacts at rest: the app's keys, and the form of any other value, bound
// to the place where the artifact is kept.
import type { ArtifactSealing } from "../../contract/artifact-sealing.ts";
import type { Keyring } from "./keyring.ts";
import { openAt, sealAt } from "./sealed-value.ts";

export function createArtifactSealing(keyring: Keyring, current: string): ArtifactSealing {
  return {
    seal: (bytes, place) => sealAt(keyring, bytes, boundTo(place)),
    open: (stored, place) => {
      const opened = openAt(keyring, stored, boundTo(place));
      if (opened.form !== "opened") return opened;
      return { form: "opened", bytes: opened.bytes, current: opened.keyId === current };
    },
  };
}

/** No summary's text begins so: nothing else that the keys have sealed is taken for an artifact. */
function boundTo(place: string): string {
  return `artifact:${place}`;
}
