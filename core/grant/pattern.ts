// Owns the patterns of grants: `*` is any characters within a segment, `**` one or more whole
// segments. Small on purpose: what nobody can misread, and what can be proved to lie within
// another pattern, which no glob library offers.
import { segmentsProblem } from "../../contract/grant.ts";

/** Longest text that is matched, in UTF-16 units; a longer one matches nothing. */
const MAX_SUBJECT = 2_048;
// oxlint-disable-next-line no-control-regex
const CONFUSING = /[\u0000-\u001f\u007f-\u009f\\]/;

/** Whether a tool's name fits a pattern of a grant. */
export function matchesTool(pattern: string, name: string): boolean {
  return !name.includes("*") && fitsSegment(pattern, name);
}

/**
 * Whether a resource fits a pattern of a grant. A resource that names no place for sure (`..`,
 * empty segments, backslashes, control characters) fits none.
 */
export function matchesResource(pattern: string, resource: string): boolean {
  if (resource.length > MAX_SUBJECT || CONFUSING.test(resource)) return false;
  if (!resource.isWellFormed()) return false;
  const segments = resource.split("/");
  return segmentsProblem(segments) === undefined && fitsAll(pattern.split("/"), segments, false);
}

/** Whether all that fits the inner pattern fits the outer one. True is a proof; false is not. */
export function toolPatternCovers(outer: string, inner: string): boolean {
  // A `*` of the inner one is a letter that only a `*` of the outer one takes.
  return fitsSegment(outer, inner);
}

/** As `toolPatternCovers`, of resources. */
export function resourcePatternCovers(outer: string, inner: string): boolean {
  return fitsAll(outer.split("/"), inner.split("/"), true);
}

const ANY_SEGMENT = "*";
const MANY_SEGMENTS = "**";

/**
 * Every number of segments that the first patterns can have taken, pattern by pattern: no
 * backtracking, so that no pattern is slow.
 */
function fitsAll(
  patterns: readonly string[],
  segments: readonly string[],
  segmentsArePatterns: boolean,
): boolean {
  const fits = (pattern: string, segment: string): boolean =>
    segmentsArePatterns && segment === MANY_SEGMENTS ? false : fitsSegment(pattern, segment);
  let taken = new Set([0]);
  for (const pattern of patterns) {
    const next = new Set<number>();
    for (const count of taken) {
      if (pattern === MANY_SEGMENTS) {
        for (let end = count + 1; end <= segments.length; end += 1) next.add(end);
      } else {
        const segment = segments[count];
        if (segment !== undefined && fits(pattern, segment)) next.add(count + 1);
      }
    }
    taken = next;
  }
  return taken.has(segments.length);
}

function fitsSegment(pattern: string, segment: string): boolean {
  const [first = "", ...rest] = pattern.split(ANY_SEGMENT);
  const last = rest.pop();
  if (last === undefined) return pattern === segment;
  if (!segment.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = segment.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return segment.length - at >= last.length && segment.endsWith(last);
}
