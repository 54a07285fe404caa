import type { LanguageModelV4 } from "@ai-sdk/provider";
import { fitnessPrompt, referenceText } from "../../data/math-judge/fitness.ts";
import { textOfProblem } from "../../data/to-prompt.ts";
import { PacoreError } from "../../errors.ts";
import { judgeVerifier } from "../../verify/judge.ts";
import type { Check } from "./drop.ts";

export interface QualityJudgeOptions {
  /** All must agree. */
  votes?: number;
  signal?: AbortSignal | undefined;
}

/** So many problems in a row without a verdict: it is the judge's fault, not theirs. */
const MOST_UNDECIDED_IN_A_ROW = 20;

/** The judge answers nothing that can be read, for one problem after the other. */
export class JudgeDownError extends PacoreError {
  override name = "JudgeDownError";
  constructor(last: string) {
    super(
      `The judge gave no verdict on ${MOST_UNDECIDED_IN_A_ROW} problems in a row; the last: ${last} Check its endpoint.`,
    );
  }
}

/**
 * A model is asked four times whether a problem is fit for training; it is kept if all votes say so (Appendix C.1).
 * Votes that differ or fail drop it.
 * @throws {JudgeDownError} from the check, rather than drop everything.
 */
export function qualityJudge(model: LanguageModelV4, { votes = 4, signal }: QualityJudgeOptions = {}): Check {
  const verifier = judgeVerifier(model, {
    votes,
    agreement: "unanimous",
    prompt: ({ prediction, gold }) => fitnessPrompt(prediction, gold),
  });
  let undecided = 0;
  return async ({ problem }) => {
    const text = textOfProblem(problem);
    const { value, explanation } = await verifier.score(text, referenceText(problem), { signal });
    undecided = value === "unscored" ? undecided + 1 : 0;
    if (undecided >= MOST_UNDECIDED_IN_A_ROW) throw new JudgeDownError(explanation);
    return value === 1 ? undefined : { reason: "judge", detail: explanation };
  };
}
