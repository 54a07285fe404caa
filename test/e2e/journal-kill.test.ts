import { expect, test } from "vitest";
import { type KilledRun, outcomeOf, runLives } from "../support/journal-kill.ts";

/** 12 calls are paid and 12 trajectories seen: 24 steps, at which a life can be killed. */
const CALLS = 12;
const KILL_AT = [1, 2, 5, 7, 11, 14, 17, 20, 23, 24];

function expectSound(killed: KilledRun) {
  expect(killed.paidTwice).toEqual([]);
  expect(killed.lost).toEqual([]);
}

test("killed at any step and resumed, nothing finished is paid twice, nothing is lost, the result is the same", async () => {
  const whole = await runLives(() => undefined);
  expectSound(whole);
  expect(whole).toMatchObject({ kills: 0, paid: CALLS });
  for (const atStep of KILL_AT) {
    const plan = [{ atStep }];
    const killed = await runLives(() => plan.shift());
    expect(killed.kills).toBe(1);
    expectSound(killed);
    // Three calls at once: no more can have been in flight, and paid for, when it died.
    expect(killed.paid - CALLS).toBeLessThanOrEqual(3);
    expect(outcomeOf(killed)).toEqual(outcomeOf(whole));
  }
});

test("killed in every one of many lives, the run still gets to its end", async () => {
  const killed = await runLives(() => ({ atStep: 5 }));
  expect(killed.kills).toBeGreaterThan(3);
  expectSound(killed);
  expect(outcomeOf(killed)).toEqual(outcomeOf(await runLives(() => undefined)));
});
