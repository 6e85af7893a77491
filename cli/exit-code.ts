// Owns the exit codes: what a script can tell an outcome by. docs/cli.md has the same table.

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  forbidden: 5,
  /** `EX_UNAVAILABLE` of sysexits.h. */
  unreachable: 69,
  /** `EX_CONFIG` of sysexits.h. */
  configuration: 78,
  /** 128 and the number of SIGINT. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** By the HTTP status of a gateway's refusal. */
export function exitCodeOf(status: number): ExitCode {
  if (status === 401 || status === 403) return EXIT.forbidden;
  if (status === 404) return EXIT.notFound;
  if (status === 409 || status === 410 || status === 412 || status === 429) return EXIT.refused;
  if (status >= 502 && status <= 504) return EXIT.unreachable;
  return status < 500 ? EXIT.usage : EXIT.failed;
}

const GRAVITY: readonly ExitCode[] = [
  EXIT.done,
  EXIT.notFound,
  EXIT.refused,
  EXIT.forbidden,
  EXIT.usage,
  EXIT.unreachable,
  EXIT.failed,
  EXIT.configuration,
  EXIT.interrupted,
];

/** The one that a command with several outcomes ends with. */
export function gravest(codes: readonly ExitCode[]): ExitCode {
  return codes.reduce(
    (worst, code) => (GRAVITY.indexOf(code) > GRAVITY.indexOf(worst) ? code : worst),
    EXIT.done,
  );
}
