/** What models write when they end by themselves: Qwen, Llama 3, Llama 2 and Mistral, Gemma, DeepSeek, GPT-OSS, Phi. */
export const END_TOKENS: readonly string[] = [
  "<|im_end|>",
  "<|endoftext|>",
  "<|eot_id|>",
  "<|eom_id|>",
  "<|end_of_text|>",
  "</s>",
  "<end_of_turn>",
  "<turn|>",
  "<eos>",
  "<｜end▁of▁sentence｜>",
  "<|return|>",
  "<|end|>",
];

/** A response as it was generated. */
export interface ResponseText {
  /** Without its end tokens; reasoning included. */
  text: string;
  /** It has no end token: the length limit ended it, not the model. */
  cutOff: boolean;
}

/**
 * What a model added to a prompt, out of the text of both. Tokenisers change texts (they normalise Unicode, and drop
 * spaces before punctuation when they decode), and a prompt that was too long has lost its beginning; so the prompt is
 * looked for as it is, then so changed.
 * @returns undefined if the query does not begin with the prompt: to search all of it would take a reference's answer
 *   for the model's.
 */
export function responseOf(
  query: string,
  prompt: string,
  endTokens: readonly string[] = END_TOKENS,
): ResponseText | undefined {
  const start = endOfPrompt(query, prompt);
  if (start === undefined) return undefined;
  const { text, cutOff } = withoutEnd(query.slice(start), endTokens);
  // A chat template may open the reasoning: without its tag, reasoning that never closed would pass for a conclusion.
  const opened = /<(think|thinking)>\s*$/.exec(prompt.slice(-40))?.[1];
  return { text: finalChannel(opened ? `<${opened}>${text}` : text), cutOff };
}

function endOfPrompt(query: string, prompt: string): number | undefined {
  if (query.startsWith(prompt)) return prompt.length;
  for (const form of ["NFC", "NFKC"] as const) {
    const end = endIgnoringSpaces(query, prompt.normalize(form));
    if (end !== undefined) return end;
  }
  return endOfShortened(query, prompt);
}

/** Where `prompt` ends in `query`, if they differ in white space alone. */
function endIgnoringSpaces(query: string, prompt: string): number | undefined {
  let at = 0;
  for (let i = 0; i < prompt.length; i++) {
    if (isSpace(prompt.charCodeAt(i))) continue;
    while (at < query.length && isSpace(query.charCodeAt(at))) at++;
    if (prompt.charCodeAt(i) !== query.charCodeAt(at)) return undefined;
    at++;
  }
  return at;
}

const isSpace = (code: number): boolean => code === 32 || (code >= 9 && code <= 13) || code === 0xa0;

/** What a prompt's end has to have in common with the query to be recognised, in characters. */
const LEAST_OVERLAP = 64;
/** A prompt that repeats itself has many places to begin at. */
const MOST_OVERLAPS = 1000;

/** A prompt cut at its beginning: the longest end of it that the query begins with. */
function endOfShortened(query: string, prompt: string): number | undefined {
  const head = query.slice(0, LEAST_OVERLAP);
  if (head.length < LEAST_OVERLAP) return undefined;
  let at = prompt.indexOf(head);
  for (let tries = 0; at >= 0 && tries < MOST_OVERLAPS; tries++) {
    if (query.startsWith(prompt.slice(at))) return prompt.length - at;
    at = prompt.indexOf(head, at + 1);
  }
  return undefined;
}

function withoutEnd(text: string, endTokens: readonly string[]): ResponseText {
  let rest = text.trimEnd();
  let cutOff = true;
  for (let token = endOf(rest, endTokens); token; token = endOf(rest, endTokens)) {
    rest = rest.slice(0, -token.length).trimEnd();
    cutOff = false;
  }
  return { text: cutOff ? text : rest, cutOff };
}

const endOf = (text: string, tokens: readonly string[]) =>
  tokens.find((token) => token !== "" && text.endsWith(token));

/** GPT-OSS reasons in a channel of its own: as `<think>`, so that one compaction reads both. */
function finalChannel(text: string): string {
  const final = text.lastIndexOf("<|channel|>final");
  if (final < 0) return text.includes("<|channel|>") ? `<think>${text}` : text;
  const start = text.indexOf(MESSAGE, final);
  return start < 0 ? `<think>${text}` : `<think></think>${text.slice(start + MESSAGE.length)}`;
}

const MESSAGE = "<|message|>";
