// Owns the routes of artifacts: a large value comes in before the message that names it, and goes out by
// its digest. A digest opens nothing of another tenant's.
import type { ArtifactRef, ArtifactStore } from "../../contract/artifact.ts";
import { problem } from "../problem.ts";
import { TAKES } from "../roles.ts";
import { route, type Route, type RouteDeps } from "../route.ts";

/** Bytes of one upload at most: it is in memory once. */
const MAX_UPLOAD_BYTES = 32 * 1024 * 1024;

function storeOf({ artifacts }: RouteDeps): ArtifactStore {
  if (artifacts !== undefined) return artifacts;
  throw problem("artifact_not_found", "this gateway was given no artifact store");
}

export const ARTIFACT_ROUTES: readonly Route[] = [
  route({
    name: "artifact.put",
    method: "POST",
    path: "/v1/artifacts",
    summary:
      "Keeps the body as an artifact of the caller's tenant; its media type is the content type.",
    roles: TAKES.USERS,
    body: "raw",
    maxBytes: MAX_UPLOAD_BYTES,
    perform: ({ caller, bytes, header }, deps): Promise<ArtifactRef> => {
      const mediaType = header("content-type") ?? "application/octet-stream";
      return storeOf(deps).ofTenant(caller.tenant).put(bytes, mediaType);
    },
  }),
  route({
    name: "artifact.get",
    method: "GET",
    path: "/v1/artifacts/:sha256",
    summary: "The bytes of an artifact of the caller's tenant.",
    roles: TAKES.READERS,
    perform: async ({ caller, param }, deps) => {
      const bytes = await storeOf(deps).ofTenant(caller.tenant).find(param("sha256"));
      if (bytes === undefined) throw problem("artifact_not_found", "there is no such artifact");
      // Whatever was put there: no browser takes it for a page.
      const headers = {
        "content-type": "application/octet-stream",
        "content-disposition": "attachment",
      };
      return new Response(Uint8Array.from(bytes), { headers });
    },
  }),
];
