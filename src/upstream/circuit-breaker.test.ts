import { expect, test } from "vitest";
import { CircuitBreaker } from "./circuit-breaker.ts";

function setUp() {
  const clock = { now: 0 };
  const breaker = new CircuitBreaker({
    failureThreshold: 3,
    openMs: 100,
    maxOpenMs: 300,
    now: () => clock.now,
  });
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) breaker.failed();
  };
  return { clock, breaker, fail };
}

test("it opens after failures in a row, not after as many with a success between", () => {
  const { breaker, fail } = setUp();
  fail(2);
  breaker.succeeded();
  fail(2);
  expect(breaker.state).toBe("closed");
  fail(1);
  expect(breaker).toMatchObject({ state: "open", allows: false, waitMs: 100 });
});

test("when its time is over a single probe is let through, and its success closes it", () => {
  const { breaker, clock, fail } = setUp();
  fail(3);
  clock.now = 100;
  expect(breaker).toMatchObject({ state: "half-open", allows: true, waitMs: 0 });
  breaker.begin();
  expect(breaker).toMatchObject({ state: "half-open", allows: false });
  breaker.succeeded();
  expect(breaker).toMatchObject({ state: "closed", allows: true });
});

test("each failed probe doubles the time, up to a limit", () => {
  const { breaker, clock, fail } = setUp();
  fail(3);
  const waits = Array.from({ length: 4 }, () => {
    clock.now += breaker.waitMs;
    breaker.begin();
    breaker.failed();
    return breaker.waitMs;
  });
  expect(waits).toEqual([200, 300, 300, 300]);
});

test("calls that began before it opened do not prolong it when they fail", () => {
  const { breaker, clock, fail } = setUp();
  fail(3);
  clock.now = 50;
  fail(5);
  expect(breaker.waitMs).toBe(50);
});

test("a cancelled probe leaves the place to another", () => {
  const { breaker, clock, fail } = setUp();
  fail(3);
  clock.now = 100;
  breaker.begin();
  breaker.abandoned();
  expect(breaker.allows).toBe(true);
});

test("failures open it only once they outnumber the calls still going", () => {
  const breaker = new CircuitBreaker({ failureThreshold: 2 });
  for (let inFlight = 9; inFlight >= 5; inFlight--) breaker.failed(inFlight);
  expect(breaker.state).toBe("closed");
  breaker.failed(4);
  expect(breaker.state).toBe("open");
});
