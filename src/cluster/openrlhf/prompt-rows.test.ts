import { expect, test } from "vitest";
import type { ChatMessage, Problem } from "../../data/problem.ts";
import type { PoolMessage } from "../../train/pool/pool-entry.ts";
import { promptRow } from "./prompt-rows.ts";
import { iterationMetrics } from "./trainer-metrics.ts";

const place = { iteration: 3, stage: 1, instances: 2 };

test("emergent correctness is a share of the responses that read wrong messages alone", () => {
  const scalars = { "train/emergent": 0.125, "train/emergent_case": 0.5, "train/rollout/num_samples": 8 };
  const { emergentCorrectness, emergentCases } = iterationMetrics(scalars, place);
  expect([emergentCorrectness, emergentCases]).toEqual([0.25, 4]);
  const none = iterationMetrics({ ...scalars, "train/emergent": 0, "train/emergent_case": 0 }, place);
  expect([none.emergentCorrectness, none.emergentCases]).toEqual([null, 0]);
});

test.each([
  [[0, 0], 0],
  [[0, 1, 0.5], 2],
  [[0, null], undefined],
])("a row says how many of its messages are right, if that is known: %j", (scores, right) => {
  const messages = scores.map((score): PoolMessage => ({ text: "m", score }));
  const problem = { id: "p", prompt: "x", answer: "1", kind: "math" } as const;
  const { label } = promptRow("1-0", { entry: { problem, messages }, messages, prompt: "P" });
  expect(JSON.parse(label)).toMatchObject({ id: "1-0", problem: "p", messages: scores.length });
  expect(JSON.parse(label).right).toBe(right);
});

test("earlier turns stay, the last user turn is P(x, M), and pictures are refused", () => {
  const rowOf = (turns: ChatMessage[]) => {
    const problem: Problem = { id: "p", prompt: turns, answer: "1", kind: "math" };
    return promptRow("1-0", { entry: { problem, messages: [] }, messages: [], prompt: "P <image>" });
  };
  const brief: ChatMessage = { role: "system", content: "Be brief." };
  const row = rowOf([brief, { role: "user", content: "What is x?" }]);
  expect(row.input).toEqual([brief, { role: "user", content: "P <image >" }]);
  const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } } as const;
  expect(() => rowOf([{ role: "user", content: [image] }])).toThrow(/has a picture/);
});
