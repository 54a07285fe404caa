import { expect, test } from "vitest";
import { compact } from "../../core/compact.ts";
import { END_TOKENS, responseOf } from "./response-text.ts";

const PROMPT =
  "<|im_start|>user\nRef 1: \\boxed{41}\nWhat is 6 · 7 ? It isn't hard .<|im_end|>\n<|im_start|>assistant\n";
const message = (query: string, prompt = PROMPT, tokens?: string[]) => {
  const response = responseOf(query, prompt, tokens);
  return (
    response && compact({ content: [{ type: "text", text: response.text }], truncated: response.cutOff })
  );
};

test.each(END_TOKENS)("a response that ends with %s ended by itself", (token) => {
  expect(responseOf(`${PROMPT}so \\boxed{42}${token}`, PROMPT)).toEqual({
    text: "so \\boxed{42}",
    cutOff: false,
  });
});

test("without an end token a response was cut off, and its text is as it was", () => {
  expect(responseOf(`${PROMPT}so \\boxed{4\n`, PROMPT)).toEqual({ text: "so \\boxed{4\n", cutOff: true });
  expect(responseOf(`${PROMPT}a <|im_end|> b`, PROMPT)?.cutOff).toBe(true);
  expect(responseOf(PROMPT, PROMPT)).toEqual({ text: "", cutOff: true });
});

test("several end tokens, and what stands between them, are one end", () => {
  expect(responseOf(`${PROMPT}42<|im_end|>\n<|endoftext|>\n`, PROMPT)).toEqual({ text: "42", cutOff: false });
});

test("end tokens of one's own replace those that are known", () => {
  expect(responseOf(`${PROMPT}42<done>`, PROMPT, ["<done>"])).toEqual({ text: "42", cutOff: false });
  expect(responseOf(`${PROMPT}42<|im_end|>`, PROMPT, ["<done>"])?.cutOff).toBe(true);
});

test("special tokens inside of a response stay", () => {
  expect(responseOf(`${PROMPT}<|im_start|>42<|im_end|>`, PROMPT)?.text).toBe("<|im_start|>42");
});

test("a prompt that decoding changed is still the prompt", () => {
  const answer = "<think>hm</think> 42<|im_end|>";
  const decoded = PROMPT.replace(" ?", "?").replace(" .", ".");
  expect(message(decoded + answer)).toBe("42");
  expect(message(PROMPT.normalize("NFC") + answer, PROMPT.normalize("NFD"))).toBe("42");
  const umlaut = "<|im_start|>user\nWie gro\u00df? \u00dcber 3\u2009<|im_end|>\n<|im_start|>assistant\n";
  expect(message(umlaut.normalize("NFC") + answer, umlaut.normalize("NFD"))).toBe("42");
  expect(message(` ${PROMPT}${answer}`)).toBe("42");
});

test("a prompt that lost its beginning is still the prompt", () => {
  expect(message(`${PROMPT.slice(20)}42<|im_end|>`)).toBe("42");
});

test("a query that does not begin with its prompt has no response: a reference's answer is not the model's", () => {
  expect(responseOf("\\boxed{41} something else<|im_end|>", PROMPT)).toBeUndefined();
  expect(responseOf("", PROMPT)).toBeUndefined();
});

test("without a prompt all of the query is the response", () => {
  expect(responseOf("42</s>", "")).toEqual({ text: "42", cutOff: false });
});

test("reasoning that the prompt opened and nothing closed is no conclusion", () => {
  const prompt = `${PROMPT}<think>\n`;
  expect(message(`${prompt}it is \\boxed{42}<|im_end|>`, prompt)).toBeNull();
  expect(message(`${prompt}it is</think>\n\n\\boxed{42}<|im_end|>`, prompt)).toBe("\\boxed{42}");
});

test("of GPT-OSS's channels the final one is the conclusion", () => {
  const analysis = "<|channel|>analysis<|message|>6·7… 41?<|end|><|start|>assistant";
  const final = "<|channel|>final<|message|>It is 42.<|return|>";
  expect(message(`${PROMPT}${analysis}${final}`)).toBe("It is 42.");
  expect(message(`${PROMPT}${analysis}`)).toBeNull();
});

test("a long text of hostile tags is read in no time", () => {
  const hostile = "<|channel|>final".repeat(50_000);
  expect(responseOf(`${PROMPT}${hostile}<|im_end|>`, PROMPT)?.cutOff).toBe(false);
});
