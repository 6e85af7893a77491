// Owns what a grant is: one thing that a task may do, by actor, tenant, tool, resource, limits
// on arguments, and expiry (R42). What a grant covers is decided in core/grant/.
import { z } from "zod";

/** Grants that one task can have. */
export const MAX_GRANTS = 256;
/** Limits that one grant can have. */
const MAX_LIMITS = 32;
/** Characters of a pattern, a path or a value of a list. */
const MAX_TEXT = 512;
const MAX_LIST = 256;

// Control characters (C0, DEL, C1) make two names look like one.
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/;
const TOOL_PATTERN = /^[a-zA-Z0-9_*-]{1,64}$/;
// What other globs give a meaning: taken literally, a grant would mean less or more than it says.
const FOREIGN_GLOB = /[?[\]{}\\!]/;

/** Says what is wrong with a pattern for tools, or undefined when it is good. */
export function toolPatternProblem(pattern: string): string | undefined {
  if (!TOOL_PATTERN.test(pattern) || pattern.includes("**")) {
    return "must be a tool's name, in which * stands for any characters";
  }
  return undefined;
}

/**
 * Says what is wrong with a pattern for resources, or undefined when it is good. Segments are
 * separated by `/`; `*` is any characters within a segment, `**` one or more whole segments.
 */
export function resourcePatternProblem(pattern: string): string | undefined {
  if (CONTROL.test(pattern) || !pattern.isWellFormed()) {
    return "must be well-formed unicode without control characters";
  }
  const foreign = FOREIGN_GLOB.exec(pattern)?.[0];
  if (foreign !== undefined) {
    return `must not contain ${foreign} : the wildcards are * (within a segment) and ** (one or more segments)`;
  }
  const segments = pattern.split("/");
  const mixed = segments.find((segment) => segment.includes("**") && segment !== "**");
  if (mixed !== undefined) return `must have ** as a whole segment, as in order/**, not ${mixed}`;
  return segmentsProblem(segments);
}

/** Says why segments name no place for sure, or undefined. A leading `/` is fine. */
export function segmentsProblem(segments: readonly string[]): string | undefined {
  const named = segments[0] === "" && segments.length > 1 ? segments.slice(1) : segments;
  if (named.includes("")) return "must not have an empty segment";
  if (named.includes(".") || named.includes("..")) return "must not have a segment . or ..";
  return undefined;
}

/** Splits a path into the arguments: a JSON pointer (`/a/0/b`) or dotted (`a.0.b`). */
export function splitArgumentPath(path: string): readonly string[] {
  if (!path.startsWith("/")) return path.split(".");
  const steps = path.slice(1).split("/");
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function argumentPathProblem(path: string): string | undefined {
  if (CONTROL.test(path) || !path.isWellFormed()) {
    return "must be well-formed unicode without control characters";
  }
  if (path.startsWith("/")) {
    return /~(?![01])/.test(path) ? "must have ~ only as ~0 or ~1, as JSON pointers do" : undefined;
  }
  if (path.split(".").includes("")) {
    return "must be a JSON pointer such as /to/0 or dotted such as to.0, with * for every element of a list";
  }
  return undefined;
}

const DOMAIN = /^(?=.{1,253}$)[a-z0-9-]+(\.[a-z0-9-]+)*$/;

function domainProblem(domain: string): string | undefined {
  const numeric = /^[0-9]+$/.test(domain.split(".").at(-1) ?? "");
  if (DOMAIN.test(domain) && !numeric) return undefined;
  return "must be a host's name in lower case without a dot at its ends, international ones as xn--";
}

function withinProblem(folder: string): string | undefined {
  if (CONTROL.test(folder) || !folder.isWellFormed()) {
    return "must be well-formed unicode without control characters";
  }
  if (folder.includes("\\")) return "must separate folders with /";
  if (folder.split("/").includes("..")) return "must not contain ..";
  return undefined;
}

const checked = (problemOf: (value: string) => string | undefined) =>
  z
    .string()
    .min(1)
    .max(MAX_TEXT)
    .superRefine((value, ctx) => {
      const message = problemOf(value);
      if (message !== undefined) ctx.addIssue({ code: "custom", message });
    });

const idProblem = (id: string): string | undefined =>
  CONTROL.test(id) || !id.isWellFormed()
    ? "must be well-formed unicode without control characters"
    : undefined;

/**
 * A limit on one argument. A limit on what is not there, or is of another type, does not hold.
 * `min` and `max` are of numbers, the others of texts.
 */
export const argumentLimitSchema = z
  .strictObject({
    /** `/payment/amount` or `payment.amount`; a step `*` is every element of a list. */
    path: checked(argumentPathProblem),
    min: z.number().optional(),
    max: z.number().optional(),
    /** The text is one of these, character by character. */
    oneOf: z.array(z.string().max(MAX_TEXT)).min(1).max(MAX_LIST).optional(),
    /** The host of an e-mail address or an http(s) URL is one of these or below it. */
    domain: z.array(checked(domainProblem)).min(1).max(MAX_LIST).optional(),
    /** A path in this folder. One with `..` never is; symbolic links are the tool's business. */
    within: checked(withinProblem).optional(),
  })
  .superRefine((limit, ctx) => {
    const message = bothKindsProblem(limit);
    if (message !== undefined) ctx.addIssue({ code: "custom", message });
  });

function bothKindsProblem(limit: {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly oneOf?: unknown;
  readonly domain?: unknown;
  readonly within?: unknown;
}): string | undefined {
  const ofNumber = limit.min !== undefined || limit.max !== undefined;
  const ofText = [limit.oneOf, limit.domain, limit.within].some((each) => each !== undefined);
  if (!ofNumber && !ofText) return "a limit needs one of min, max, oneOf, domain, within";
  if (ofNumber && ofText) return "a limit is on a number (min, max) or on a text, not on both";
  if (limit.min !== undefined && limit.max !== undefined && limit.min > limit.max) {
    return "min is above max, so that no number would do";
  }
  return undefined;
}

export type ArgumentLimit = z.infer<typeof argumentLimitSchema>;

export const grantSchema = z.strictObject({
  /** Names the grant in the log. Default: made of its content. */
  id: checked(idProblem).optional(),
  /** Who answers for the task (its `owner`), exactly. Absent: anyone. */
  actor: checked(idProblem).optional(),
  /** Exactly. Absent: any. */
  tenant: checked(idProblem).optional(),
  /** A tool's name, or a pattern with `*`. */
  tool: checked(toolPatternProblem),
  /** What the call may touch, such as `order/*`. Absent: anything. */
  resource: checked(resourcePatternProblem).optional(),
  limits: z.array(argumentLimitSchema).max(MAX_LIMITS).optional(),
  /** From then on it covers nothing; milliseconds since the epoch. */
  expiresAt: z.int().min(0).optional(),
});

/** One thing that a task may do. A call is allowed when one grant covers all of it. */
export type Grant = z.infer<typeof grantSchema>;
/** A grant as a task keeps it. */
export type NamedGrant = Grant & { readonly id: string };

/** What the grants of a child task are made of: those that lie in both. */
export interface GrantBounds {
  /** What people gave it; absent: what its agent gives. */
  readonly own?: readonly NamedGrant[];
  /** What its parent may do, as it was told last; absent where that has no bounds. */
  readonly within?: readonly NamedGrant[];
}

export const grantsSchema = z.array(grantSchema).max(MAX_GRANTS);

/** A call, as grants see it. */
export interface GrantedCall {
  /** The task's owner. */
  readonly actor?: string | undefined;
  readonly tenant?: string | undefined;
  readonly tool: string;
  readonly resource?: string | undefined;
  /** Parsed JSON. */
  readonly arguments: unknown;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** What of a grant a call can fall outside of, in the order in which it is looked at. */
export const GRANT_SCOPES = ["tool", "tenant", "actor", "resource", "limits", "expiry"] as const;
export type GrantScope = (typeof GRANT_SCOPES)[number];

export type GrantVerdict =
  | { readonly allowed: true; readonly grant: NamedGrant }
  | {
      readonly allowed: false;
      /** `grant_expired`: one that has expired would have covered the call (R43). */
      readonly code: "not_granted" | "grant_expired";
      /** Where the grant that came closest ends. */
      readonly scope: GrantScope;
      /** For people and the model: names scopes and paths, never a value of the call. */
      readonly reason: string;
    };
