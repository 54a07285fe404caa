/** A score as metrics need it; null where the verifier could not tell. */
export type Value = number | null;

export interface Reference {
  /** Normal form of the message's answer. */
  answer: string;
  value: Value;
}

/** One synthesis that is over: the message set it read, and the answer it gave. */
export interface SynthesisCase extends Reference {
  references: readonly Reference[];
}

/** A count and a rate of its cases; the rate is undefined without any case. */
export interface Rate {
  count: number;
  cases: number;
  rate: number | undefined;
}

export const rate = (count: number, cases: number): Rate => ({
  count,
  cases,
  rate: cases > 0 ? count / cases : undefined,
});

export const isRight = (value: Value): boolean => value !== null && value >= 1;

/**
 * Emergent correctness: right although every message it read is wrong (§4). Cases with an unscored message or
 * answer cannot be told and are left out.
 */
export function emergentCorrectness(all: readonly SynthesisCase[]): Rate {
  const cases = all.filter(
    ({ value, references }) =>
      value !== null &&
      references.length > 0 &&
      references.every((r) => r.value !== null && !isRight(r.value)),
  );
  return rate(cases.filter(({ value }) => isRight(value)).length, cases.length);
}

/** Answers that stand in no reference, right (emergent) and wrong apart, as shares of all scored cases. */
export function novelAnswers(all: readonly SynthesisCase[]): { right: Rate; wrong: Rate } {
  const cases = all.filter(({ value, references }) => value !== null && references.length > 0);
  const novel = cases.filter(({ answer, references }) => !references.some((r) => r.answer === answer));
  const right = novel.filter(({ value }) => isRight(value)).length;
  return { right: rate(right, cases.length), wrong: rate(novel.length - right, cases.length) };
}

/** How often the answer is the one that most references gave; of several that are level, any counts. */
export function pluralityAgreement(all: readonly SynthesisCase[]): Rate {
  const cases = all.filter(({ references }) => references.length > 0);
  return rate(cases.filter(agreesWithPlurality).length, cases.length);
}

function agreesWithPlurality({ answer, references }: SynthesisCase): boolean {
  const votes = Map.groupBy(references, (reference) => reference.answer);
  const most = Math.max(...[...votes.values()].map((group) => group.length));
  return votes.get(answer)?.length === most;
}

/**
 * Words by which a trajectory shows that it compares its references, after the paper's count of cross-checking
 * words (§4). The list is ours, for the paper does not give its own.
 */
export const CROSS_CHECKING_WORDS = [
  "reference",
  "references",
  "cross-check",
  "cross-checking",
  "cross check",
  "other responses",
  "other solutions",
  "other answers",
  "majority",
  "consensus",
  "disagree",
  "discrepancy",
  "conflicting",
  "参考",
] as const;

const WORDS = new RegExp(
  CROSS_CHECKING_WORDS.map((word) => (/\w/.test(word) ? `\\b${word}\\b` : word)).join("|"),
  "giu",
);

/** How often cross-checking words stand in what a trajectory generated, reasoning included. */
export function crossChecks(text: string): number {
  return text.match(WORDS)?.length ?? 0;
}
