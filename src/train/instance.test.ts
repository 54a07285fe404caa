import { expect, test } from "vitest";
import { seededRandom } from "../core/random.ts";
import { drawInstance, withMessages } from "./instance.ts";
import type { PoolEntry } from "./pool/pool-entry.ts";

function pool(size: number): PoolEntry {
  const messages = Array.from({ length: size }, (_, i) => ({ text: `m${i}`, score: i % 2 }));
  return { problem: { id: "p", prompt: "How many?", answer: "3", kind: "math" }, messages };
}

const RANGE = { messagesMin: 16, messagesMax: 24 };
/** Drawing is tested, not rendering. */
const short = (x: string) => x;
const textsOf = ({ messages }: { messages: { text: string }[] }) => messages.map(({ text }) => text);

test("|M| is uniform on the range, both ends included", () => {
  const random = seededRandom(1);
  const counts = new Map<number, number>();
  const draws = 9000;
  for (let i = 0; i < draws; i++) {
    const { length } = drawInstance(pool(24), RANGE, random, short).messages;
    counts.set(length, (counts.get(length) ?? 0) + 1);
  }
  expect([...counts.keys()].sort((a, b) => a - b)).toEqual([16, 17, 18, 19, 20, 21, 22, 23, 24]);
  // χ² with eight degrees of freedom: above 26.1 once in a thousand seeds.
  const square = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  expect(square).toBeLessThan(26.1);
});

test("messages are drawn without replacement, each as often as another, in every order", () => {
  const random = seededRandom(2);
  const chosen = Array<number>(6).fill(0);
  const first = Array<number>(6).fill(0);
  const [draws, six] = [6000, pool(6)];
  let different = true;
  for (let i = 0; i < draws; i++) {
    const texts = textsOf(drawInstance(six, { messagesMin: 3, messagesMax: 3 }, random, short));
    different &&= new Set(texts).size === 3;
    for (const text of texts) chosen[Number(text[1])] = (chosen[Number(text[1])] as number) + 1;
    const opens = Number(texts[0]?.[1]);
    first[opens] = (first[opens] as number) + 1;
  }
  expect(different).toBe(true);
  for (const count of chosen) expect(Math.abs(count / draws - 1 / 2)).toBeLessThan(0.025);
  for (const count of first) expect(Math.abs(count / draws - 1 / 6)).toBeLessThan(0.02);
});

test("a message keeps its score on the way into M", () => {
  for (const { text, score } of drawInstance(pool(24), RANGE, seededRandom(3)).messages)
    expect(score).toBe(Number(text.slice(1)) % 2);
});

test("a pool smaller than the range's end ends the range; one smaller than its start is refused by name", () => {
  const random = seededRandom(4);
  const sizes = new Set(
    Array.from({ length: 200 }, () => drawInstance(pool(18), RANGE, random).messages.length),
  );
  expect(sizes).toEqual(new Set([16, 17, 18]));
  expect(() => drawInstance(pool(15), RANGE, random)).toThrow(
    "messagesMin: 1 of 1 problems have fewer than 16 messages, p first (15); lower it, or build a larger pool.",
  );
});

test("the prompt is the synthesis template's over the problem and M, in M's order", () => {
  const { messages, prompt } = drawInstance(pool(3), { messagesMin: 2, messagesMax: 2 }, seededRandom(5));
  expect(prompt).toContain("How many?");
  const at = messages.map(({ text }, i) => prompt.indexOf(`Reference ${i + 1}:\n${text}`));
  for (const place of at) expect(place).toBeGreaterThan(0);
  const own = withMessages(pool(3), messages, (x, texts) => `${x}|${texts.join()}`);
  expect(own.prompt).toBe(`How many?|${textsOf({ messages }).join()}`);
});

test("without messages the problem alone is the prompt: the template is bypassed", () => {
  expect(withMessages(pool(3), []).prompt).toBe("How many?");
});
