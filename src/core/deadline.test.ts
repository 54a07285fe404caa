import { expect, test } from "vitest";
import { Deadline } from "./deadline.ts";

test("before anything is known, three tenths are kept for the synthesis", () => {
  expect(new Deadline(1000, 0).exploringLeftMs(0)).toBe(700);
});

test("then it gets what trajectories take, and a quarter more", () => {
  const deadline = new Deadline(1000, 0);
  for (const ms of [100, 200, 900]) deadline.observe(ms);
  expect(deadline.exploringLeftMs(300)).toBe(450);
});

test("at least a tenth, at most half", () => {
  const quick = new Deadline(1000, 0);
  quick.observe(1);
  expect(quick.exploringLeftMs(0)).toBe(900);
  const slow = new Deadline(1000, 0);
  slow.observe(5000);
  expect(slow.exploringLeftMs(0)).toBe(500);
});

test("without a deadline there is all the time", () => {
  expect(new Deadline(undefined).exploringLeftMs()).toBe(Number.POSITIVE_INFINITY);
});
