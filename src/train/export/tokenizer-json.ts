import { END, type Tokenizer } from "../../embedded/tokenizer.ts";

/**
 * Our tokenizer as Hugging Face's `tokenizer.json`: always the longest piece that fits, from the left.
 *
 * The text is split by the alternation of all pieces, longest first, and every part looked up whole. That is
 * our tokenizer's own pattern, and both engines take the first alternative that matches at the leftmost place.
 * BPE could not do it: the longest piece need not be what merges lead to. Nor is there a token for text that
 * has none: the library fails on it, instead of letting the model read something else.
 *
 * The end token alone is special: it is left out of the pattern, as in our tokenizer, and of decoded text.
 * Decoding joins pieces as they are.
 */
export function tokenizerJson({ vocabulary, end }: Tokenizer) {
  const pieces = vocabulary.filter((_, id) => id !== end).sort((a, b) => b.length - a.length);
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [
      {
        id: end,
        content: END,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      },
    ],
    normalizer: null,
    pre_tokenizer: {
      type: "Split",
      pattern: { Regex: pieces.map(escapePattern).join("|") },
      behavior: "Isolated",
      invert: false,
    },
    post_processor: null,
    decoder: { type: "Fuse" },
    model: {
      type: "WordLevel",
      vocab: Object.fromEntries(vocabulary.map((piece, id) => [piece, id])),
      unk_token: NO_TOKEN,
    },
  };
}

/** The format wants a name for what is unknown. No piece has it, so that unknown text is an error. */
const NO_TOKEN = "<no token>";

/** What is special both to Oniguruma, which the library uses, and to JavaScript. */
const escapePattern = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
