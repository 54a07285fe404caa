import { seededRandom, seedFor, shuffle } from "../../core/random.ts";
import type { Program } from "../../verify/code/program.ts";
import { SandboxError } from "../../verify/code/sandbox-errors.ts";
import { textOfProblem } from "../to-prompt.ts";
import { type Answered, answerInputs } from "./answer-inputs.ts";
import type { Bench, CodeTest } from "./bench.ts";
import type { CodeSource } from "./code-source.ts";
import { type Ask, Conversation } from "./conversation.ts";
import { type Generated, generateInputs } from "./generate-inputs.ts";
import { judgeAll, type Rates } from "./judge-all.ts";
import { generatorPrompt, repairPrompt, strengthenPrompt } from "./prompts.ts";
import type { Solution } from "./read-solutions.ts";
import { type CodeTestSettings, TEST_CATEGORIES } from "./settings.ts";
import { countBy, lineOf, type Outcome, type Rejection, type Verdict } from "./verdict.ts";
import { writeChecker } from "./write-checker.ts";
import { writeValidator } from "./write-validator.ts";

export interface BuildParts {
  ask: Ask;
  bench: Bench;
  settings: CodeTestSettings;
}

/** The problem gets no tests, for this reason. */
class Rejected extends Error {
  readonly reason: Rejection;
  constructor(reason: Rejection, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** Bad solutions shown to the model at once. */
const MOST_SHOWN = 2;
const LONGEST_SHOWN = 6000;

/**
 * Tests for one problem (Appendix C.2): known solutions are tried on the known tests; a validator is written, then a
 * generator; valid inputs are answered by good solutions that must agree; good and bad solutions are held against all
 * tests; and while bad ones pass, a stronger generator is asked for and its inputs are added.
 * @throws {Unanswered} where the model gave no answer at all; {@link SandboxError}
 */
export async function buildProblem(source: CodeSource, parts: BuildParts): Promise<Outcome> {
  const build = new ProblemBuild(source, parts);
  try {
    return await build.run();
  } catch (error) {
    if (error instanceof Rejected) return { verdict: build.verdict(error.reason, error.message) };
    // The sandbox is known to work where the solutions ran: then it was the checker, which nobody can rely on.
    if (error instanceof SandboxError && build.hasChecker)
      return { verdict: build.verdict("no-checker", error.message) };
    throw error;
  }
}

class ProblemBuild {
  readonly #source: CodeSource;
  readonly #parts: BuildParts;
  readonly #problem: string;
  #good: Solution[];
  #bad: Solution[];
  #known: CodeTest[];
  #tests: CodeTest[] = [];
  #inputs = { asked: 0, valid: 0, faults: {} as Generated["faults"], disagree: 0, unanswered: 0 };
  #answers = { validator: 0, generator: 0, checker: 0 };
  #programs: Partial<Record<"validator" | "generator" | "checker", Program>> = {};
  #rates: Rates | undefined;

  constructor(source: CodeSource, parts: BuildParts) {
    const { seed, mostGood, mostBad } = parts.settings;
    const some = (solutions: Solution[], most: number, name: string) =>
      solutions.length <= most
        ? solutions
        : shuffle(solutions, seededRandom(seedFor(seed, source.id, name))).slice(0, most);
    this.#source = source;
    this.#parts = parts;
    this.#problem = textOfProblem(source);
    this.#good = some(source.good, mostGood, "good");
    this.#bad = some(source.bad, mostBad, "bad");
    this.#known = source.tests.map((test) => ({ ...test, category: "known" }));
    this.#programs.checker = source.checker as Program | undefined;
  }

  get hasChecker(): boolean {
    return this.#programs.checker !== undefined;
  }

  async run(): Promise<Outcome> {
    await this.#tryKnown();
    const validator = await this.#writeValidator();
    await this.#generate(validator);
    const answer = {
      tests: [...this.#known, ...this.#tests].map(lineOf),
      ...(this.#programs.checker && { checker: { ...this.#programs.checker } }),
    };
    return {
      verdict: this.verdict(undefined, "its tests tell good solutions from bad"),
      answer: answer as Outcome["answer"] & {},
    };
  }

  /** Nothing is paid for a problem whose own solutions do not stand. */
  async #tryKnown(): Promise<void> {
    const { bench, settings } = this.#parts;
    const { oracles, minBad } = settings;
    if (this.#good.length < oracles)
      throw new Rejected("too-few-good", `${this.#good.length} good solutions, ${oracles} are needed`);
    if (this.#bad.length < minBad)
      throw new Rejected("too-few-bad", `${this.#bad.length} bad solutions, ${minBad} are needed`);
    const passing: Solution[] = [];
    let fault = "";
    for (const solution of this.#good) {
      const { accepted, fault: why = "" } = await bench.judge(solution, this.#known, this.#programs.checker);
      if (accepted) passing.push(solution);
      else fault ||= why;
    }
    if (passing.length < oracles) {
      const what = `${this.#good.length - passing.length} of ${this.#good.length} good solutions fail the known tests; the first: ${fault}`;
      throw new Rejected("known-tests-fail", what);
    }
    // Those that compute outputs come first.
    this.#good = [...passing, ...this.#good.filter((one) => !passing.includes(one))];
  }

  async #writeValidator(): Promise<Program> {
    const { ask, bench, settings } = this.#parts;
    const written = await writeValidator(ask, {
      problem: this.#problem,
      known: this.#known,
      bench,
      settings,
    });
    this.#answers.validator = written.answers;
    if ("fault" in written) throw new Rejected("no-validator", written.fault);
    this.#programs.validator = written.program;
    return written.program;
  }

  /** Generators until the tests do; each adds what it can. */
  async #generate(validator: Program): Promise<void> {
    const { ask, settings } = this.#parts;
    const conversation = new Conversation(ask, "generator", generatorPrompt(this.#problem, settings));
    let rejected: Rejected | undefined;
    let reply: string | undefined;
    for (let round = 0; round < settings.rounds; round++) {
      const { program } = await conversation.ask(reply);
      this.#answers.generator = conversation.answers;
      rejected = undefined;
      try {
        if (!program) throw new Rejected("generator-fails", "there is no whole program in a fenced block");
        this.#programs.generator = program;
        await this.#use(program, validator, round);
        return;
      } catch (error) {
        if (!(error instanceof Rejected) || !REPAIRABLE.has(error.reason)) throw error;
        rejected = error;
        reply = this.#replyTo(error);
      }
    }
    throw rejected as Rejected;
  }

  #replyTo({ reason, message }: Rejected): string {
    const survivors = this.#rates?.survivors ?? [];
    if (reason !== "bad-accepted" && reason !== "no-bad-rejected")
      return repairPrompt("generator", message.split("\n"));
    const short = survivors.filter(({ source }) => source.length <= LONGEST_SHOWN).slice(0, MOST_SHOWN);
    return short.length > 0 ? strengthenPrompt(short) : repairPrompt("generator", [message]);
  }

  async #use(generator: Program, validator: Program, round: number): Promise<void> {
    const { bench, settings } = this.#parts;
    const generated = await generateInputs(generator, {
      bench,
      validator,
      settings,
      seedNames: [this.#source.id, round],
      known: new Set([...this.#known, ...this.#tests].map(({ input }) => input)),
    });
    this.#count(generated);
    const answered = await this.#answer(generated);
    this.#add(answered.tests);
    this.#checkEnough(generated);
    await this.#judge();
  }

  /** As many as there is room for: a data set's lines are read whole. */
  #add(tests: readonly CodeTest[]): void {
    const bytesOf = ({ input, output }: CodeTest) => Buffer.byteLength(input) + Buffer.byteLength(output);
    let room = this.#parts.settings.maxTestBytes;
    for (const test of [...this.#known, ...this.#tests]) room -= bytesOf(test);
    for (const test of tests) {
      if (bytesOf(test) > room) continue;
      room -= bytesOf(test);
      this.#tests.push(test);
    }
  }

  #count({ asked, valid, faults }: Generated): void {
    this.#inputs.asked += asked;
    this.#inputs.valid += valid.length;
    for (const [fault, count] of Object.entries(faults) as [keyof typeof faults, number][])
      this.#inputs.faults[fault] = (this.#inputs.faults[fault] ?? 0) + count;
  }

  /** @throws {Rejected} with the fault that most inputs have. */
  #checkEnough({ asked, valid, faults, told }: Generated): void {
    const { minTests } = this.#parts.settings;
    const have = countBy(this.#tests, ({ category }) => category);
    const without = TEST_CATEGORIES.filter((category) => !have[category]);
    if (this.#tests.length >= minTests && without.length === 0) return;
    const missing = without.length > 0 ? `no valid input of the category ${without.join(", ")}` : "";
    const few = `${valid.length} of ${asked} inputs are valid and new, ${this.#tests.length} tests of at least ${minTests}`;
    const worst = Object.entries(faults).sort(([, a], [, b]) => b - a)[0]?.[0];
    const reason =
      worst === "refused"
        ? "inputs-refused"
        : worst && worst !== "duplicate"
          ? "generator-fails"
          : "too-few-inputs";
    throw new Rejected(reason, [few, ...(missing ? [missing] : []), ...told].join("\n"));
  }

  async #answer(generated: Generated): Promise<Answered> {
    const { bench, settings, ask } = this.#parts;
    const oracles = this.#good.slice(0, settings.oracles);
    const { maxOutputBytes } = settings;
    const answer = () =>
      answerInputs(generated.valid, { oracles, bench, checker: this.#programs.checker, maxOutputBytes });
    let answered = await answer();
    if (answered.disagreement && settings.checker && !this.#programs.checker) {
      const written = await writeChecker(ask, {
        problem: this.#problem,
        disagreement: answered.disagreement,
        known: this.#known,
        bench,
        settings,
      });
      this.#answers.checker = written.answers;
      if ("fault" in written) throw new Rejected("no-checker", written.fault);
      this.#programs.checker = written.program;
      answered = await answer();
    }
    const { disagree, failed, disagreement, failure } = answered;
    this.#inputs.disagree += disagree;
    this.#inputs.unanswered += failed;
    const most = settings.maxDisagree * generated.valid.length;
    if (disagree > most)
      throw new Rejected("good-disagree", disagreementText(disagree, generated, disagreement));
    if (failed > most) {
      const what = `good solutions give no answer to ${failed} of ${generated.valid.length} valid inputs; ${failure}`;
      throw new Rejected("good-fail", what);
    }
    return answered;
  }

  async #judge(): Promise<void> {
    const { bench, settings } = this.#parts;
    const rates = await judgeAll([...this.#known, ...this.#tests], {
      good: this.#good,
      bad: this.#bad,
      bench,
      checker: this.#programs.checker,
    });
    this.#rates = rates;
    if (rates.tpr < settings.minTpr)
      throw new Rejected(
        "good-refused",
        `${rates.accepted} of ${this.#good.length} good solutions pass; ${rates.failing[0]}`,
      );
    if (rates.tnr === null || rates.tnr >= settings.minTnr) return;
    if (rates.rejected === 0)
      throw new Rejected("no-bad-rejected", `all ${this.#bad.length} bad solutions pass`);
    throw new Rejected("bad-accepted", `${rates.survivors.length} of ${this.#bad.length} bad solutions pass`);
  }

  verdict(reason: Rejection | undefined, detail: string): Verdict {
    const { id, good, bad, skipped } = this.#source;
    const rates = this.#rates;
    const tests = countBy([...this.#known, ...this.#tests], ({ category }) => category);
    const { validator, generator, checker } = this.#programs;
    return {
      id,
      kept: reason === undefined,
      ...(reason && { reason }),
      detail,
      good: { given: good.length, used: this.#good.length, accepted: rates?.accepted ?? 0 },
      bad: { given: bad.length, used: this.#bad.length, rejected: rates?.rejected ?? 0, by: rates?.by ?? {} },
      skipped,
      tpr: rates?.tpr ?? null,
      tnr: rates?.tnr ?? null,
      failing: rates?.failing ?? [],
      inputs: { ...this.#inputs, tests },
      answers: { ...this.#answers },
      programs: {
        ...(validator && { validator }),
        ...(generator && { generator }),
        ...(checker && { checker }),
      },
    };
  }
}

/** What another generator may put right. */
const REPAIRABLE: ReadonlySet<Rejection> = new Set([
  "generator-fails",
  "inputs-refused",
  "too-few-inputs",
  "good-fail",
  "no-bad-rejected",
  "bad-accepted",
]);

function disagreementText(disagree: number, { valid }: Generated, example: Answered["disagreement"]): string {
  const outputs = example?.outputs.map((output) => JSON.stringify(output.slice(0, 100))).join(" and ");
  return `good solutions disagree on ${disagree} of ${valid.length} valid inputs; for ${JSON.stringify(example?.input.slice(0, 200))} they print ${outputs}`;
}
