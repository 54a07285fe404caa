import { expect, test } from "vitest";
import { Semaphore } from "./semaphore.ts";

const never = new AbortController().signal;

test("places are given in the order they were asked for", async () => {
  const slots = new Semaphore(1);
  const first = await slots.acquire(never);
  const order: number[] = [];
  const waiting = [1, 2, 3].map(async (n) => {
    const release = await slots.acquire(never);
    order.push(n);
    release();
  });
  first();
  await Promise.all(waiting);
  expect(order).toEqual([1, 2, 3]);
});

test("one who gives up leaves no gap, and giving back twice frees one place", async () => {
  const slots = new Semaphore(1);
  const first = await slots.acquire(never);
  const controller = new AbortController();
  const gone = slots.acquire(controller.signal);
  const second = slots.acquire(never);
  controller.abort(new Error("enough"));
  await expect(gone).rejects.toThrow("enough");
  first();
  first();
  const release = await second;
  const third = slots.acquire(never);
  await expect(Promise.race([third, Promise.resolve("waits")])).resolves.toBe("waits");
  release();
  await third;
});

test("with an aborted signal no place is taken", async () => {
  const slots = new Semaphore(1);
  await expect(slots.acquire(AbortSignal.abort(new Error("late")))).rejects.toThrow("late");
  await slots.acquire(never);
});
