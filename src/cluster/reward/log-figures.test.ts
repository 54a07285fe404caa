import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { RewardFigures } from "./log-figures.ts";
import { readRewardLog } from "./read-log.ts";
import type { RewardLine } from "./reward-log.ts";

const line = (more: Partial<RewardLine> = {}): RewardLine => ({
  at: 0,
  id: "a",
  problem: "p",
  domain: "math",
  kind: "math",
  messages: 16,
  reward: 1,
  outcome: "scored",
  verifyMs: 1,
  waitMs: 0,
  chars: 100,
  conclusion: "42",
  explanation: "equal",
  ...more,
});

const figuresOf = (lines: RewardLine[]) => {
  const figures = new RewardFigures();
  for (const one of lines) figures.add(one);
  return figures;
};

test("a domain's figures are means over its rewards, and counts by outcome", () => {
  const { domains, all } = figuresOf([
    line(),
    line({ reward: 0, verifyMs: 3 }),
    line({ reward: 0, outcome: "cut-off", chars: 300, conclusion: undefined as never }),
    line({ domain: "code", reward: 0.5 }),
  ]);
  expect(domains.math).toMatchObject({ rewards: 3, reward: 1 / 3, right: 1 / 3, cutOff: 1, verifyMsMax: 3 });
  expect(domains.code).toMatchObject({ rewards: 1, reward: 0.5, right: 0 });
  expect(all).toMatchObject({ rewards: 4, chars: 150, conclusionChars: 2 });
});

test("each reward is in one bin: 0 and 1 alone, the rest by quarters", () => {
  const rewards = [0, 0, 0.01, 0.25, 0.26, 0.5, 0.75, 0.99, 1];
  expect(figuresOf(rewards.map((reward) => line({ reward }))).histogram).toEqual([2, 2, 2, 1, 1, 1]);
});

test("instances are told apart by what their responses got; failures of the verifier are in none", () => {
  const { groups } = figuresOf([
    line({ id: "none", reward: 0, right: 0 }),
    line({ id: "none", reward: 0, right: 0 }),
    line({ id: "mixed", reward: 0, right: 0 }),
    line({ id: "mixed", reward: 1, right: 0 }),
    line({ id: "all", reward: 1, right: 5 }),
    line({ id: "all", reward: 0.5, outcome: "error" }),
    line({ id: "solo", reward: 1, messages: 0, right: 0 }),
  ]);
  expect(groups).toEqual({
    instances: 4,
    responses: 1.5,
    noneRight: 1,
    allRight: 2,
    mixed: 1,
    emergent: 0.25,
    emergentInstances: 2,
  });
});

test("the slowest come first, and the most frequent reason", () => {
  const lines = Array.from({ length: 30 }, (_, i) => line({ verifyMs: (i * 7) % 30, id: `${i}` }));
  const failed = ["b", "a", "b"].map((explanation) => line({ outcome: "error", explanation, verifyMs: 0 }));
  const figures = figuresOf([...lines, ...failed]);
  expect(figures.slowest.map(({ verifyMs }) => verifyMs)).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21, 20]);
  expect(figures.reasons).toEqual([
    ["error: b", 2],
    ["error: a", 1],
  ]);
});

test("without a line there are no figures, and nothing fails", () => {
  const { all, groups, slowest } = figuresOf([]);
  expect([all.reward, groups.instances, groups.emergent, slowest]).toEqual([null, 0, null, []]);
});

test("a log is read with what was before it, torn and foreign lines are told", async () => {
  const folder = await mkdtemp(join(tmpdir(), "rewards-"));
  try {
    const path = join(folder, "log.jsonl");
    await writeFile(`${path}.1`, `${JSON.stringify(line({ id: "old" }))}\n`);
    await writeFile(path, `${JSON.stringify(line({ id: "new" }))}\n{"foreign": 1}\n`);
    await appendFile(path, '{"at": 1, "id": "to');
    const rejected: number[] = [];
    const ids: unknown[] = [];
    for await (const { id } of readRewardLog(path, (one) => rejected.push(one.line))) ids.push(id);
    expect([ids, rejected]).toEqual([
      ["old", "new"],
      [2, 3],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
