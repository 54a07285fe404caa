import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { encodeLabel, startRewardServer } from "../../src/cluster/index.ts";

const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** What verl does with a function of one's own: keywords, a batch of them, and numbers that go into one array a key. */
const CALLS = `
import sys
from pacore_reward import compute_score, compute_scores
label = sys.argv[1]
texts = ["<think>a</think>It is 42.", "<think>a</think>It is 41.", "<think>a", "<think>b</think>6 \\u00b7 7 = 42"]
one = compute_score(data_source="math", solution_str=texts[0], ground_truth=label, extra_info={"num_turns": 2})
all = compute_scores(data_sources=["math"] * 4, solution_strs=texts, ground_truths=[label] * 4, extra_infos=[{}] * 4)
assert all[0] == one, (all[0], one)
assert len({tuple(score) for score in all}) == 1, "keys differ"
assert {type(value) for score in all for value in score.values()} == {float}, all
print([score["score"] for score in all], [score["cut_off"] for score in all])
`;

test.skipIf(!hasPython)(
  "the reward function for verl, as it is printed in the docs, works in plain Python",
  async () => {
    const docs = await readFile(new URL("../../docs/reward-server.md", import.meta.url), "utf8");
    const source = /```python\n(.*?)```/s.exec(docs)?.[1] ?? "";
    const folder = await mkdtemp(join(tmpdir(), "verl-"));
    const server = await startRewardServer();
    try {
      await writeFile(join(folder, "pacore_reward.py"), source);
      await writeFile(join(folder, "calls.py"), CALLS);
      const label = encodeLabel(
        "1-0",
        { id: "p", prompt: "6 · 7?", answer: "42", kind: "math" },
        { messages: 16 },
      );
      const env = { ...process.env, PACORE_REWARD_URL: server.url };
      const python = spawn("python3", ["calls.py", label], {
        cwd: folder,
        env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      const [out, error] = await Promise.all([
        text(python.stdout),
        text(python.stderr),
        once(python, "exit"),
      ]);
      expect([out.trim(), error]).toEqual(["[1.0, 0.0, 0.0, 1.0] [0.0, 0.0, 1.0, 0.0]", ""]);
    } finally {
      await server.close();
      await rm(folder, { recursive: true });
    }
  },
);
