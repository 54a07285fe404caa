import { createHash } from "node:crypto";
import { normalText } from "../../core/agreement.ts";
import type { Problem } from "../../data/problem.ts";
import { textOfProblem } from "../../data/to-prompt.ts";
import type { Drop } from "./drop.ts";
import { ngramHashes, tokensOf } from "./ngrams.ts";

/** Words that a training problem may not share, in one run, with an evaluation problem (Appendix C.1). */
export const NGRAM = 64;

/** A run of words that so many problems of one set share is how the set words its problems, and none of them. */
const BOILERPLATE_FROM = 3;

export interface DecontaminationOptions {
  /** Words of a run. */
  ngram?: number;
  /** Problems that differ in their digits alone are the same. */
  maskDigits?: boolean;
}

export interface DecontaminationFigures {
  problems: number;
  texts: number;
  ngrams: number;
  /** Left out, for they are how a set words its problems. */
  boilerplate: number;
}

/**
 * What evaluation sets ask, as hashes: texts with their digits masked, and runs of 64 words. Memory is theirs alone;
 * however many problems are checked, nothing of them is kept.
 */
export class Decontamination {
  readonly figures: DecontaminationFigures = { problems: 0, texts: 0, ngrams: 0, boilerplate: 0 };
  readonly #ngram: number;
  readonly #maskDigits: boolean;
  readonly #texts = new Map<string, string>();
  readonly #grams = new Map<number, number>();
  readonly #names: string[] = [];

  constructor({ ngram = NGRAM, maskDigits = true }: DecontaminationOptions = {}) {
    this.#ngram = ngram;
    this.#maskDigits = maskDigits;
  }

  /** Add an evaluation set. @param name What it is called in the list of what was dropped. */
  add(problems: Iterable<Problem>, name: string): void {
    /** Run of words → the first problem that has it, and in how many it is, at most {@link BOILERPLATE_FROM}. */
    const own = new Map<number, { problem: number; count: number }>();
    for (const problem of problems) {
      this.figures.problems++;
      const text = textOfProblem(problem);
      const key = this.#key(problem, text);
      // The same problem twice must not look like boilerplate.
      if (this.#texts.has(key)) continue;
      const number = this.#names.push(`${problem.id} of ${name}`) - 1;
      this.#texts.set(key, this.#names[number] as string);
      for (const gram of new Set(ngramHashes(tokensOf(text), this.#ngram))) {
        const seen = own.get(gram);
        if (seen) seen.count++;
        else own.set(gram, { problem: number, count: 1 });
      }
    }
    for (const [gram, { problem, count }] of own) {
      if (count >= BOILERPLATE_FROM) this.figures.boilerplate++;
      else if (!this.#grams.has(gram)) this.#grams.set(gram, problem);
    }
    this.figures.texts = this.#texts.size;
    this.figures.ngrams = this.#grams.size;
  }

  /** Whether an evaluation set asks the same, or shares a run of words. */
  check(problem: Problem): Drop | undefined {
    const text = textOfProblem(problem);
    const same = this.#texts.get(this.#key(problem, text));
    if (same !== undefined) return { reason: "contaminated-text", detail: same };
    if (this.#grams.size === 0) return undefined;
    for (const gram of ngramHashes(tokensOf(text), this.#ngram)) {
      const found = this.#grams.get(gram);
      if (found !== undefined) return { reason: "contaminated-ngram", detail: this.#names[found] as string };
    }
    return undefined;
  }

  #key({ kind }: Problem, text: string): string {
    const normal = normalText(text);
    // A work list's digits are all it is.
    const masked = this.#maskDigits && kind !== "worklist" ? normal.replace(NUMBER, "#") : normal;
    return createHash("sha256").update(masked).digest("base64");
  }
}

/** A number however long, its decimals and groups included. */
const NUMBER = /\p{Nd}+(?:[.,]\p{Nd}+)*/gu;
