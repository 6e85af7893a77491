// Owns asking several sources of credentials in order.
import type {
  CredentialAnswer,
  CredentialResolver,
  NoCredential,
} from "../../contract/credential.ts";

/**
 * The first source that has it answers, also with a refusal: what is kept badly in one place is
 * not looked for in the next. Where all lack it, `fix` names all of them.
 */
export function createCredentialChain(sources: readonly CredentialResolver[]): CredentialResolver {
  if (sources.length === 0) {
    throw new Error("a chain of credentials has no source; give it one, or leave it out");
  }
  return {
    async resolve(request, signal): Promise<CredentialAnswer> {
      const fixes: string[] = [];
      let worst: NoCredential["outcome"] = "missing";
      for (const source of sources) {
        const answer = await source.resolve(request, signal);
        if (answer.outcome === "ok" || answer.outcome === "refused") return answer;
        if (answer.outcome === "expired") worst = "expired";
        fixes.push(answer.fix);
      }
      return { outcome: worst, fix: fixes.join("; or ") };
    },
    invalidate(request) {
      for (const source of sources) source.invalidate?.(request);
    },
  };
}
