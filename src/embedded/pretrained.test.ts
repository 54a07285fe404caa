import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { tinyDirectory } from "../../test/support/tiny-directory.ts";
import { TINY_SPEAKER, tinyWeights } from "../../test/support/tiny-policy.ts";
import { ModelDirectoryError } from "./errors.ts";
import { loadPretrained, weightsDigest } from "./pretrained.ts";
import { VOCABULARY } from "./tokenizer.ts";

test("what was saved is loaded, by path and by URL, with or without a slash at its end", async () => {
  const directory = await tinyDirectory();
  const url = pathToFileURL(directory);
  for (const place of [directory, `${directory}/`, url, new URL(`${url}/`)]) {
    const { config, weights, tokenizer } = await loadPretrained(place);
    expect(config).toEqual(TINY_SPEAKER);
    expect(weights).toEqual(tinyWeights(TINY_SPEAKER));
    expect(tokenizer.vocabulary).toEqual(VOCABULARY);
  }
});

test.each(["config.json", "model.safetensors", "vocabulary.json"])(
  "without %s it is refused",
  async (name) => {
    const directory = await tinyDirectory();
    await rm(join(directory, name));
    const error: unknown = await loadPretrained(directory).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelDirectoryError);
    expect((error as Error).message).toContain(`${directory}: there is no ${name}. A model directory holds`);
  },
);

const edit = (change: object) => (file: Buffer) =>
  JSON.stringify({ ...(JSON.parse(String(file)) as object), ...change });

test.each<[string, string, (file: Buffer) => string | Uint8Array, RegExp]>([
  ["a config that is no JSON", "config.json", () => "{", /config.json cannot be used: /],
  ["a size that is none", "config.json", edit({ hidden_size: 0 }), /hidden_size/],
  ["fewer keys than queries", "config.json", edit({ num_key_value_heads: 1 }), /grouped-query/],
  ["heads of odd size", "config.json", edit({ hidden_size: 18 }), /multiple of twice/],
  [
    "another width",
    "config.json",
    edit({ hidden_size: 32 }),
    /model.safetensors.*embed_tokens.weight \[\d+,16\]/,
  ],
  ["a torn weights file", "model.safetensors", (file) => file.subarray(0, -1), /safetensors file is damaged/],
  ["a vocabulary of another size", "vocabulary.json", () => '["</s>"]', /\d+ different pieces/],
  ["pieces that are no text", "vocabulary.json", () => "[1]", /vocabulary.json cannot be used/],
])("%s is refused with the file's name", async (_, name, damage, message) => {
  const path = join(await tinyDirectory(), name);
  await writeFile(path, damage(await readFile(path)));
  const error: unknown = await loadPretrained(join(path, "..")).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ModelDirectoryError);
  expect((error as Error).message).toMatch(message);
  expect((error as Error).message).toContain(join(path, ".."));
});

test("other weights have another digest", async () => {
  const [one, same, other] = await Promise.all([tinyDirectory(1), tinyDirectory(1), tinyDirectory(2)]);
  expect(await weightsDigest(one)).toMatch(/^[0-9a-f]{16}$/);
  expect(await weightsDigest(same)).toBe(await weightsDigest(one));
  expect(await weightsDigest(other)).not.toBe(await weightsDigest(one));
});
