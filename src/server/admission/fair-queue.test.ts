import { expect, test } from "vitest";
import { ApiError } from "../errors/api-error.ts";
import { FairQueue } from "./fair-queue.ts";

const signal = new AbortController().signal;
const room = { capacity: 4, maxWaiting: 4, maxWaitMs: 60_000 };

/** Enters, and notes in `order` when its turn comes. */
function enter(queue: FairQueue, order: string[], keyId: string, calls = 1) {
  const ticket = queue.enter({ keyId, calls, signal });
  void ticket.ready.then(() => order.push(keyId));
  return ticket;
}

test("the next place goes to the key that uses least", async () => {
  const queue = new FairQueue(room);
  const order: string[] = [];
  const greedy = Array.from({ length: 7 }, () => enter(queue, order, "greedy"));
  const modest = enter(queue, order, "modest");
  await Promise.resolve();
  expect(order).toEqual(["greedy", "greedy", "greedy", "greedy"]);
  greedy[0]?.release();
  await modest.ready;
  expect(order.at(-1)).toBe("modest");
});

test("a wide request is not overtaken for ever by narrow ones", async () => {
  const queue = new FairQueue(room);
  const order: string[] = [];
  const first = enter(queue, order, "a", 3);
  const wide = enter(queue, order, "b", 4);
  enter(queue, order, "a", 1);
  await Promise.resolve();
  expect(order).toEqual(["a"]);
  first.release();
  await wide.ready;
  expect(order).toEqual(["a", "b"]);
});

test("wider than the capacity means all of it", async () => {
  const queue = new FairQueue(room);
  const ticket = queue.enter({ keyId: "", calls: 1000, signal });
  await ticket.ready;
  expect(queue.inUse).toBe(4);
  ticket.release();
  ticket.release();
  expect(queue.inUse).toBe(0);
});

test("one key's crowd does not shut the door to others", () => {
  const queue = new FairQueue(room);
  const crowd = () => queue.enter({ keyId: "crowd", calls: 4, signal });
  for (let i = 0; i < 5; i++) crowd();
  expect(crowd).toThrow(ApiError);
  queue.enter({ keyId: "other", calls: 1, signal });
  expect(queue.waiting).toBe(5);
});

test("the room is bounded whatever the number of keys", () => {
  const queue = new FairQueue(room);
  let refused = 0;
  for (let i = 0; i < 100; i++) {
    try {
      queue.enter({ keyId: `k${i}`, calls: 4, signal });
    } catch (error) {
      expect((error as ApiError).status).toBe(503);
      refused++;
    }
  }
  expect(queue.waiting).toBeLessThanOrEqual(8);
  expect(refused).toBeGreaterThan(90);
});

test("who leaves the queue is not in it any more", async () => {
  const queue = new FairQueue(room);
  queue.enter({ keyId: "a", calls: 4, signal });
  const controller = new AbortController();
  const waiting = queue.enter({ keyId: "b", calls: 1, signal: controller.signal });
  controller.abort(new Error("gone"));
  await expect(waiting.ready).rejects.toThrow("gone");
  expect(queue.waiting).toBe(0);
});

test("a key's own limit counts what runs and what waits", () => {
  const queue = new FairQueue(room);
  const own = { keyId: "a", calls: 1, signal, keyConcurrency: 1 };
  const ticket = queue.enter(own);
  expect(() => queue.enter(own)).toThrow(/running at once/);
  ticket.release();
  queue.enter(own).release();
  expect(queue.inUse).toBe(0);
});
