import { expect, test } from "vitest";
import { Slots } from "./slots.ts";

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("units run side by side as long as their widths fit, and in their order", async () => {
  const slots = new Slots(4);
  const started: string[] = [];
  const run = (name: string, width: number) =>
    slots.acquire(width).then((lease) => {
      started.push(name);
      return lease;
    });
  const [a, b, c, d] = [run("a", 3), run("b", 1), run("c", 4), run("d", 1)];
  await settled();
  // d would fit nowhere before c: a wide unit must not starve.
  expect(started).toEqual(["a", "b"]);
  (await a).release();
  await settled();
  expect(started).toEqual(["a", "b"]);
  (await b).release();
  await settled();
  expect(started).toEqual(["a", "b", "c"]);
  (await c).shrinkTo(1);
  await settled();
  expect(started).toEqual(["a", "b", "c", "d"]);
  (await c).release();
  (await c).release();
  (await d).release();
  await slots.available();
});

test("a unit wider than all slots runs alone instead of never", async () => {
  const slots = new Slots(2);
  const lease = await slots.acquire(32);
  let free = false;
  const waiting = slots.available().then(() => {
    free = true;
  });
  await settled();
  expect(free).toBe(false);
  lease.shrinkTo(1);
  await waiting;
  expect(free).toBe(true);
});
