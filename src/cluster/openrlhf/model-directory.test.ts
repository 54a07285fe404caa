import { mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { planModelDirectory, writeModelDirectory } from "./model-directory.ts";
import { yarnConfig } from "./yarn-config.ts";

const QWEN3 = { model_type: "qwen3", max_position_embeddings: 65_536, rope_theta: 1e6, rope_scaling: null };
const paper = { factor: 2, length: 131_072 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pacore-model-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, "blobs"));
  await writeFile(join(folder, "blobs", "weights"), "weights");
  await mkdir(join(folder, "from"));
  await symlink("../blobs/weights", join(folder, "from", "model.safetensors"));
  await writeFile(join(folder, "from", "config.json"), JSON.stringify(QWEN3));
});

test("positions are stretched under either of the setting's names", () => {
  const yarn = {
    rope_type: "yarn",
    factor: 2,
    original_max_position_embeddings: 65_536,
    // Attention stays as it was, in the words of transformers and of vLLM: 1 / (0.1 · ln 2 + 1).
    attention_factor: 1,
    attn_factor: expect.closeTo(0.935_178, 6),
  };
  const scaled = { ...QWEN3, max_position_embeddings: 131_072, rope_scaling: yarn };
  expect(yarnConfig(QWEN3, paper)).toEqual(scaled);
  const newer = {
    max_position_embeddings: 65_536,
    rope_parameters: { rope_theta: 1e6, rope_type: "default" },
  };
  expect(yarnConfig(newer, paper)).toEqual({
    max_position_embeddings: 131_072,
    rope_parameters: { rope_theta: 1e6, ...yarn },
  });
  // Again, nothing changes.
  const once = yarnConfig(QWEN3, paper);
  expect(yarnConfig(once, paper)).toBe(once);
  expect(yarnConfig(QWEN3, { ...paper, temperature: true }).rope_scaling).toEqual({
    rope_type: "yarn",
    factor: 2,
    original_max_position_embeddings: 65_536,
  });
});

test.each([
  [{ ...QWEN3, max_position_embeddings: 40_960 }, paper, /2 × 40960 .* raise it to 3.5/],
  [
    { ...QWEN3, rope_scaling: { type: "yarn", factor: 4, original_max_position_embeddings: 32_768 } },
    paper,
    /already/,
  ],
  [{ ...QWEN3, rope_scaling: { rope_type: "llama3", factor: 2 } }, paper, /already/],
  [QWEN3, { factor: 1, length: 131_072 }, /1 × 65536/],
])("what is stretched otherwise, or does not reach, is refused", (config, yarn, message) => {
  expect(() => yarnConfig(config, yarn)).toThrow(message);
});

test("a model trained at other lengths than its configuration says is told so", () => {
  const config = { ...QWEN3, max_position_embeddings: 40_960 };
  const yarn = yarnConfig(config, { factor: 4, originalLength: 32_768, length: 131_072 });
  expect(yarn).toMatchObject({ max_position_embeddings: 131_072, rope_scaling: { factor: 4 } });
});

test("weights are linked, through the links of a cache, and doing it twice changes nothing", async () => {
  const [from, to] = [join(folder, "from"), join(folder, "to")];
  for (let time = 0; time < 2; time++) {
    await writeModelDirectory(await planModelDirectory(from, to, paper));
    const weights = await stat(join(to, "model.safetensors"));
    expect(weights.ino).toBe((await stat(join(folder, "blobs", "weights"))).ino);
    expect(JSON.parse(await readFile(join(to, "config.json"), "utf8")).max_position_embeddings).toBe(131_072);
  }
  expect(JSON.parse(await readFile(join(from, "config.json"), "utf8"))).toEqual(QWEN3);
});

test("what is no model directory is refused", async () => {
  await expect(planModelDirectory(join(folder, "none"), folder, paper)).rejects.toThrow(/no config.json/);
  await rm(join(folder, "from", "model.safetensors"));
  await expect(planModelDirectory(join(folder, "from"), folder, paper)).rejects.toThrow(/no weights/);
});
