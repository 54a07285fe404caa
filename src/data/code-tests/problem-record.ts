import type { Program } from "../../verify/code/program.ts";
import type { CodeTest } from "./bench.ts";
import type { CodeSource } from "./code-source.ts";
import type { Generated } from "./generate-inputs.ts";
import type { Rates } from "./judge-all.ts";
import { countBy, type Rejection, type Verdict } from "./verdict.ts";

/** What is known of one problem while its tests are made: what its verdict is written from. */
export class ProblemRecord {
  readonly known: readonly CodeTest[];
  readonly answers = { validator: 0, generator: 0, checker: 0 };
  readonly programs: Partial<Record<"validator" | "generator" | "checker", Program>> = {};
  /** Of the last round. */
  rates: Rates | undefined;
  /** Solutions that are looked at. */
  used = { good: 0, bad: 0 };
  /** Those that are not run: in another language, or not to be compiled. */
  skipped: number;
  readonly #source: CodeSource;
  readonly #made: CodeTest[] = [];
  readonly #inputs = { asked: 0, valid: 0, faults: {} as Generated["faults"], disagree: 0, unanswered: 0 };

  constructor(source: CodeSource) {
    this.#source = source;
    this.known = source.tests.map((test) => ({ ...test, category: "known" }));
    this.skipped = source.skipped;
    const checker = source.checker as Program | undefined;
    if (checker) this.programs.checker = checker;
  }

  /** Generated tests alone. */
  get made(): readonly CodeTest[] {
    return this.#made;
  }

  get tests(): CodeTest[] {
    return [...this.known, ...this.#made];
  }

  /** Add as many as there is room for: a data set's lines are read whole. */
  add(tests: readonly CodeTest[], mostBytes: number): void {
    let room = this.tests.reduce((left, test) => left - bytesOf(test), mostBytes);
    for (const test of tests) {
      if (bytesOf(test) > room) continue;
      room -= bytesOf(test);
      this.#made.push(test);
    }
  }

  countInputs({ asked, valid, faults }: Generated): void {
    this.#inputs.asked += asked;
    this.#inputs.valid += valid.length;
    for (const [fault, count] of Object.entries(faults) as [keyof typeof faults, number][])
      this.#inputs.faults[fault] = (this.#inputs.faults[fault] ?? 0) + count;
  }

  countUnanswered({ disagree, failed }: { disagree: number; failed: number }): void {
    this.#inputs.disagree += disagree;
    this.#inputs.unanswered += failed;
  }

  /** @param reason Why it gets no tests; undefined: it does. */
  verdict(reason: Rejection | undefined, detail: string): Verdict {
    const { rates, used } = this;
    const { id, good, bad } = this.#source;
    return {
      id,
      kept: reason === undefined,
      ...(reason && { reason }),
      detail,
      good: { given: good.length, used: used.good, accepted: rates?.accepted ?? 0 },
      bad: { given: bad.length, used: used.bad, rejected: rates?.rejected ?? 0, by: rates?.by ?? {} },
      skipped: this.skipped,
      tpr: rates?.tpr ?? null,
      tnr: rates?.tnr ?? null,
      failing: rates?.failing ?? [],
      inputs: { ...this.#inputs, tests: countBy(this.tests, ({ category }) => category) },
      answers: { ...this.answers },
      programs: { ...this.programs },
    };
  }
}

const bytesOf = ({ input, output }: CodeTest): number => Buffer.byteLength(input) + Buffer.byteLength(output);
