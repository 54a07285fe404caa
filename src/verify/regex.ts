import { right, type Score, unscored, type Verifier, wrong } from "./score.ts";
import { TimeLimitError, withinTime } from "./time-limit.ts";

export interface RegexOptions {
  /** Flags, if the pattern is not written as `/pattern/flags`. Default: `u`. */
  flags?: string;
  /** A search that takes longer is stopped, and unscored. */
  timeoutMs?: number;
}

/**
 * Whether the gold answer, a regular expression, is found in the message. Anchor it (`^…$`) to match all of it.
 * @returns unscored for a pattern that does not compile, or one that backtracks beyond its time.
 */
export function scoreRegex(
  prediction: string,
  gold: string,
  { flags = "u", timeoutMs = 100 }: RegexOptions = {},
): Score {
  try {
    const pattern = compile(gold, flags);
    const found = withinTime(() => pattern.exec(prediction)?.[0], timeoutMs);
    return found === undefined
      ? wrong(null, `${pattern} is not found.`)
      : right(found, `${pattern} is found.`);
  } catch (error) {
    if (error instanceof SyntaxError) return unscored(`The pattern does not compile: ${error.message}`);
    if (error instanceof TimeLimitError) return unscored(`The pattern backtracks too long: ${error.message}`);
    throw error;
  }
}

/** `/pattern/flags`, or the pattern alone. `g` and `y` would make a search depend on the one before. */
function compile(gold: string, flags: string): RegExp {
  const literal = /^\/(.*)\/([a-z]*)$/s.exec(gold);
  const [source, given] = literal ? [literal[1] as string, literal[2] as string] : [gold, flags];
  return new RegExp(source, given.replace(/[gy]/g, ""));
}

export const regexVerifier = (options: RegexOptions = {}): Verifier => ({
  name: "regex",
  score: (prediction, gold) => scoreRegex(prediction, gold, options),
});
