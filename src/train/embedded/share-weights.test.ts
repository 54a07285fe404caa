import { MessageChannel, receiveMessageOnPort } from "node:worker_threads";
import { expect, test } from "vitest";
import { floatData, floats } from "../../embedded/engine/host-tensor.ts";
import type { Weights } from "../../embedded/weights.ts";
import { shareWeights } from "./share-weights.ts";

test("shared weights have their values, and what is posted is the same memory", () => {
  const weights: Weights = new Map([["a", floats([2, 2], Float32Array.of(1, 2, 3, 4))]]);
  expect(shareWeights(weights)).toBe(weights);
  const own = weights.get("a");
  expect([own?.shape, [...floatData(own)]]).toEqual([
    [2, 2],
    [1, 2, 3, 4],
  ]);

  const { port1, port2 } = new MessageChannel();
  port1.postMessage(own);
  const { message } = receiveMessageOnPort(port2) as { message: typeof own };
  port1.close();
  floatData(own)[3] = 9;
  expect([...floatData(message)]).toEqual([1, 2, 3, 9]);
});
