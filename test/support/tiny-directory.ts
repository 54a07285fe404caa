import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { savePretrained } from "../../src/embedded/pretrained.ts";
import { createTokenizer } from "../../src/embedded/tokenizer.ts";
import { TINY_SPEAKER, tinyWeights } from "./tiny-policy.ts";

/** A model directory with untrained weights, which goes with the test. */
export async function tinyDirectory(seed = 1): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "pacore-model-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const weights = tinyWeights(TINY_SPEAKER, seed);
  await savePretrained(directory, { config: TINY_SPEAKER, weights, tokenizer: createTokenizer() });
  return directory;
}
