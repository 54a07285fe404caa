import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Template } from "@huggingface/jinja";
import { expect, test } from "vitest";
import { tinyDirectory } from "../../../test/support/tiny-directory.ts";
import { loadPretrained } from "../../embedded/pretrained.ts";
import { aggregationPrompt, auditPrompt, synthesisPrompt } from "../../embedded/prompts.ts";
import { createRandom } from "../../embedded/random.ts";
import { createTokenizer, type Tokenizer, VOCABULARY } from "../../embedded/tokenizer.ts";
import { sampleProblem } from "../../embedded/worklist.ts";
import { exportHuggingFace } from "./hugging-face.ts";
import { tokenizerJson } from "./tokenizer-json.ts";

async function exported() {
  const directory = await tinyDirectory();
  const model = await loadPretrained(directory);
  const out = join(directory, "out");
  const paths = await exportHuggingFace(model, out);
  const json = async (name: string) => JSON.parse(await readFile(join(out, name), "utf8"));
  return { model, out, paths, json };
}

test("what is exported is still a model directory", async () => {
  const { model, out } = await exported();
  const { config, weights, tokenizer } = await loadPretrained(out);
  expect({ config, weights }).toEqual({ config: model.config, weights: model.weights });
  expect(tokenizer.vocabulary).toEqual(model.tokenizer.vocabulary);
});

test("no default of a Llama is left to take effect where ours differs", async () => {
  const { json, paths } = await exported();
  expect(paths).toHaveLength(6);
  expect(await json("config.json")).toMatchObject({
    architectures: ["LlamaForCausalLM"],
    bos_token_id: null,
    eos_token_id: 0,
    tie_word_embeddings: true,
    max_position_embeddings: 1024,
  });
  expect(await json("generation_config.json")).toMatchObject({
    do_sample: true,
    temperature: 1,
    top_p: 1,
    top_k: 0,
    eos_token_id: 0,
  });
});

test("the chat template is the last user turn as it is", async () => {
  const { json } = await exported();
  const template = new Template((await json("tokenizer_config.json")).chat_template as string);
  const render = (messages: object[]) => template.render({ messages, add_generation_prompt: true });
  const text = "  {{ 1 }} <b> & 'x'\n\n\n  ";
  expect(render([{ role: "user", content: text }])).toBe(text);
  expect(
    render([
      { role: "system", content: "s" },
      { role: "user", content: "u" },
    ]),
  ).toBe("u");
  expect(() => render([{ role: "assistant", content: "a" }])).toThrow("last message must be the user's");
});

/** What the tokenizers library does with our file: cut by the pattern, look every part up, or fail. */
function libraryEncode(file: ReturnType<typeof tokenizerJson>, text: string): number[] | undefined {
  const pattern = new RegExp(file.pre_tokenizer.pattern.Regex, "gu");
  const ids: (number | undefined)[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) return undefined;
    ids.push(file.model.vocab[match[0]]);
    end = match.index + match[0].length;
  }
  return end < text.length ? undefined : (ids as number[]);
}

const prompts = [0, 1, 2, 3].flatMap((seed) => [
  sampleProblem(seed),
  synthesisPrompt(sampleProblem(seed), Array(seed * 8 + 1).fill("A=1 B=2 C=3 D=4 E=5 F=6")),
  auditPrompt(sampleProblem(seed), ["A=1 B=2 C=3 D=4 E=5 F=6", ""]),
  aggregationPrompt(["", " B=4", ""]),
]);

test("its tokens of prompts are ours", () => {
  const tokenizer = createTokenizer();
  const file = JSON.parse(JSON.stringify(tokenizerJson(tokenizer))) as ReturnType<typeof tokenizerJson>;
  for (const prompt of prompts) expect(libraryEncode(file, prompt)).toEqual(tokenizer.encode(prompt));
  expect(prompts.every((prompt) => tokenizer.encode(prompt))).toBe(true);
});

test.each<[string, Tokenizer]>([
  ["our vocabulary", createTokenizer()],
  [
    "pieces that begin, end and hold others, and mean something to patterns",
    createTokenizer([
      "</s>",
      "<think>",
      "\n</think>\n\n",
      "a",
      "ab",
      "bc",
      "abcd",
      "b",
      "(",
      "a(b|",
      "^",
      "$",
      "\\",
      ".*",
      "[x]",
      "{2}",
      "\n",
    ]),
  ],
])("its tokens of any text of %s are ours, and it has none where we have none", (_, tokenizer) => {
  const file = tokenizerJson(tokenizer);
  const random = createRandom(7);
  const pieces = tokenizer.vocabulary.filter((_, id) => id !== tokenizer.end);
  let without = 0;
  for (let round = 0; round < 500; round++) {
    const text = Array.from(
      { length: 1 + random.integer(12) },
      () => pieces[random.integer(pieces.length)],
    ).join("");
    const torn = text.slice(0, text.length - random.integer(2));
    expect(libraryEncode(file, torn)).toEqual(tokenizer.encode(torn));
    if (tokenizer.encode(torn) === undefined) without++;
  }
  expect(without).toBeGreaterThan(0);
});

test("the end token is special, and there is no unknown one", () => {
  const { added_tokens, model } = tokenizerJson(createTokenizer());
  expect(added_tokens).toMatchObject([{ id: 0, content: "</s>", special: true }]);
  expect(Object.keys(model.vocab)).toEqual(VOCABULARY);
  expect(model.vocab).not.toHaveProperty(model.unk_token);
});
