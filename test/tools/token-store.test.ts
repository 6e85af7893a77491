// Owns the tests of the fence's tokens, as pure data: taken at most once, by nobody else, and
// known to be late by either clock.
import fc from "fast-check";
import { expect, it } from "vitest";
import { type Clock, type Deadline, isPast } from "../../services/tool-host/deadline.ts";
import { createTokenStore, type TokenStore } from "../../services/tool-host/token-store.ts";

/** Two clocks that a test moves: the wall clock in any direction. */
function movable() {
  const times = { wall: 1_000_000, monotonic: 0 };
  const clock: Clock = { now: () => times.wall, monotonic: () => times.monotonic };
  return { clock, times };
}

interface Drawn {
  readonly tokenHash: string;
  readonly deadline: Deadline;
  /** Which process drew it, and which took it. */
  readonly by: number;
  readonly takenBy: number[];
}

const PROCESSES = [0, 1, 2];
const STEP = fc.oneof(
  fc.record({ draw: fc.constantFrom(...PROCESSES), ms: fc.integer({ min: 1, max: 5000 }) }),
  fc.record({ take: fc.constantFrom(...PROCESSES), token: fc.nat() }),
  fc.record({ passes: fc.nat(3000) }),
  // While the machine is suspended, the monotonic clock stands still.
  fc.record({ suspended: fc.nat(100_000) }),
  fc.record({ setBack: fc.nat(100_000) }),
);

type Step = typeof STEP extends fc.Arbitrary<infer Value> ? Value : never;

it("F1 R13 L7 a token is taken at most once, by its own process, whatever the interleaving", () => {
  const play = (steps: readonly Step[]) => {
    const { clock, times } = movable();
    const stores: readonly TokenStore<number>[] = PROCESSES.map(() => createTokenStore(clock));
    const drawn: Drawn[] = [];
    for (const step of steps) {
      if ("passes" in step) {
        times.wall += step.passes;
        times.monotonic += step.passes;
      }
      if ("suspended" in step) times.wall += step.suspended;
      if ("setBack" in step) times.wall -= step.setBack;
      if ("draw" in step) {
        const token = stores[step.draw]?.draw(step.ms, drawn.length);
        if (token !== undefined) drawn.push({ ...token, by: step.draw, takenBy: [] });
      }
      if ("take" in step && drawn.length > 0) {
        const token = drawn[step.token % drawn.length];
        const held = stores[step.take]?.take(token?.tokenHash ?? "");
        if (held !== undefined) token?.takenBy.push(step.take);
      }
    }
    return drawn;
  };
  const holds = (drawn: readonly Drawn[]): boolean =>
    new Set(drawn.map(({ tokenHash }) => tokenHash)).size === drawn.length &&
    drawn.every(({ by, takenBy }) => takenBy.length <= 1 && takenBy.every((each) => each === by));
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 80 }), (steps) => {
      expect(play(steps)).toSatisfy(holds);
    }),
  );
});

it("F1 R13 a token is late when either clock says so, however the other one was set", () => {
  const moves = fc.record({
    ms: fc.integer({ min: 1, max: 100_000 }),
    wall: fc.integer({ min: -200_000, max: 200_000 }),
    monotonic: fc.nat(200_000),
  });
  fc.assert(
    fc.property(moves, ({ ms, wall, monotonic }) => {
      const { clock, times } = movable();
      const { deadline } = createTokenStore<string>(clock).draw(ms, "call");
      times.wall += wall;
      times.monotonic += monotonic;
      expect(isPast(deadline, clock)).toBe(wall > ms || monotonic > ms);
    }),
  );
});

it("keeps what it was given, and forgets tokens that nobody takes", () => {
  const { clock, times } = movable();
  const store = createTokenStore<string>(clock);
  const first = store.draw(1000, "first");
  const second = store.draw(1000, "second");
  expect(store.take(second.tokenHash)).toEqual({ value: "second", deadline: second.deadline });
  times.monotonic += 30_000;
  store.draw(1000, "third");
  expect(store.size).toBe(2);
  times.monotonic += 40_000;
  store.draw(1000, "fourth");
  expect(store.size).toBe(2);
  expect(store.take(first.tokenHash)).toBeUndefined();
});
