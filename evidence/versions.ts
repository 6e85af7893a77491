// Owns which versions a task ran under, read out of its log (R19): of the agent, of what the model was
// told, of the tools, the policies and the code.
import type { ExportVersions } from "../contract/evidence-export.ts";
import type { TaskEvent } from "../contract/event.ts";

export interface VersionsSeen {
  note(event: TaskEvent): void;
  versions(): ExportVersions;
}

/** Of a log of this agent's, read from its first entry on. */
export function createVersions(agent: string): VersionsSeen {
  const seen = {
    agents: new Set<string>(),
    manifests: new Set<string>(),
    policies: new Set<string>(),
    releases: new Set<string>(),
    tools: new Set<string>(),
  };
  return {
    note: (event) => {
      if (event.erased !== undefined) return;
      if (event.type === "segment.started") {
        const { agentVersion, manifest, policyVersion, release } = event.data;
        seen.agents.add(`${agent}@${agentVersion}`);
        seen.manifests.add(manifest);
        if (policyVersion !== undefined) seen.policies.add(policyVersion);
        if (release !== undefined) seen.releases.add(release);
      }
      if (event.type === "model.answered" && event.data.policyVersion !== undefined)
        seen.policies.add(event.data.policyVersion);
      if ("toolVersion" in event.data && "tool" in event.data)
        seen.tools.add(`${event.data.tool}@${event.data.toolVersion}`);
    },
    versions: () => ({
      agents: [...seen.agents],
      manifests: [...seen.manifests],
      policies: [...seen.policies],
      releases: [...seen.releases],
      tools: [...seen.tools],
    }),
  };
}
