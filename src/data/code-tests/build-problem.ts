import type { Program } from "../../verify/code/program.ts";
import { SandboxError } from "../../verify/code/sandbox-errors.ts";
import { textOfProblem } from "../to-prompt.ts";
import { type Answered, answerInputs } from "./answer-inputs.ts";
import type { Bench } from "./bench.ts";
import type { CodeSource } from "./code-source.ts";
import { type Ask, Conversation } from "./conversation.ts";
import { type Generated, generateInputs } from "./generate-inputs.ts";
import { judgeAll } from "./judge-all.ts";
import { type KnownSolutions, tryKnownSolutions } from "./known-solutions.ts";
import { ProblemRecord } from "./problem-record.ts";
import { generatorPrompt, repairPrompt, strengthenPrompt } from "./prompts.ts";
import { Rejected } from "./rejected.ts";
import { type CodeTestSettings, TEST_CATEGORIES } from "./settings.ts";
import { countBy, lineOf, type Outcome, type Rejection } from "./verdict.ts";
import { writeChecker } from "./write-checker.ts";
import { writeValidator } from "./write-validator.ts";

interface BuildParts {
  ask: Ask;
  bench: Bench;
  settings: CodeTestSettings;
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
  const record = new ProblemRecord(source);
  try {
    const solutions = await tryKnownSolutions(source, { record, ...parts });
    await new ProblemBuild(source, { ...parts, record, solutions }).run();
  } catch (error) {
    if (error instanceof Rejected) return { verdict: record.verdict(error.reason, error.message) };
    // The sandbox is known to work where the solutions ran: then it was the checker, which nobody can rely on.
    if (error instanceof SandboxError && record.programs.checker)
      return { verdict: record.verdict("no-checker", error.message) };
    throw error;
  }
  const { checker } = record.programs;
  const answer = { tests: record.tests.map(lineOf), ...(checker && { checker }) };
  return { verdict: record.verdict(undefined, "its tests tell good solutions from bad"), answer };
}

interface Parts extends BuildParts {
  record: ProblemRecord;
  solutions: KnownSolutions;
}

class ProblemBuild {
  readonly #id: string;
  readonly #problem: string;
  readonly #parts: Parts;

  constructor(source: CodeSource, parts: Parts) {
    this.#id = source.id;
    this.#problem = textOfProblem(source);
    this.#parts = parts;
  }

  async run(): Promise<void> {
    const validator = await this.#writeValidator();
    await this.#generate(validator);
  }

  async #writeValidator(): Promise<Program> {
    const { ask, bench, settings, record } = this.#parts;
    const { known } = record;
    const written = await writeValidator(ask, { problem: this.#problem, known, bench, settings });
    record.answers.validator = written.answers;
    if ("fault" in written) throw new Rejected("no-validator", written.fault);
    record.programs.validator = written.program;
    return written.program;
  }

  /** Generators until the tests do; each adds what it can. */
  async #generate(validator: Program): Promise<void> {
    const { ask, settings, record } = this.#parts;
    const conversation = new Conversation(ask, "generator", generatorPrompt(this.#problem, settings));
    let rejected: Rejected | undefined;
    for (let round = 0; round < settings.rounds; round++) {
      const { program } = await conversation.ask(rejected && this.#replyTo(rejected));
      record.answers.generator = conversation.answers;
      try {
        if (!program) throw new Rejected("generator-fails", "there is no whole program in a fenced block");
        record.programs.generator = program;
        return await this.#use(program, validator, round);
      } catch (error) {
        if (!(error instanceof Rejected) || !error.repairable) throw error;
        rejected = error;
      }
    }
    throw rejected as Rejected;
  }

  #replyTo({ reason, message }: Rejected): string {
    if (reason !== "bad-accepted" && reason !== "no-bad-rejected")
      return repairPrompt("generator", message.split("\n"));
    const survivors = this.#parts.record.rates?.survivors ?? [];
    const short = survivors.filter(({ source }) => source.length <= LONGEST_SHOWN).slice(0, MOST_SHOWN);
    return short.length > 0 ? strengthenPrompt(short) : repairPrompt("generator", [message]);
  }

  async #use(generator: Program, validator: Program, round: number): Promise<void> {
    const { bench, settings, record } = this.#parts;
    const generated = await generateInputs(generator, {
      bench,
      validator,
      settings,
      seedNames: [this.#id, round],
      known: new Set(record.tests.map(({ input }) => input)),
    });
    record.countInputs(generated);
    record.add((await this.#answer(generated)).tests, settings.maxTestBytes);
    this.#checkEnough(generated);
    await this.#judge();
  }

  /** @throws {Rejected} with the fault that most inputs have. */
  #checkEnough({ asked, valid, faults, told }: Generated): void {
    const { settings, record } = this.#parts;
    const { minTests } = settings;
    const have = countBy(record.made, ({ category }) => category);
    const without = TEST_CATEGORIES.filter((category) => !have[category]);
    if (record.made.length >= minTests && without.length === 0) return;
    const few = `${valid.length} of ${asked} inputs are valid and new, ${record.made.length} tests of at least ${minTests}`;
    const missing = without.length > 0 ? [`no test of the category ${without.join(", ")}`] : [];
    throw new Rejected(worstOf(faults), [few, ...missing, ...told].join("\n"));
  }

  /** Outputs of the first good solutions; with a checker, once they differ and one may be asked for. */
  async #answer(generated: Generated): Promise<Answered> {
    const { bench, settings, solutions, record } = this.#parts;
    const { oracles: count, maxOutputBytes, maxDisagree } = settings;
    const oracles = solutions.good.slice(0, count);
    const answer = () =>
      answerInputs(generated.valid, { oracles, bench, checker: record.programs.checker, maxOutputBytes });
    let answered = await answer();
    if (answered.disagreement && settings.checker && !record.programs.checker) {
      await this.#writeChecker(answered.disagreement);
      answered = await answer();
    }
    record.countUnanswered(answered);
    const { disagree, failed, disagreement, failure } = answered;
    const most = maxDisagree * generated.valid.length;
    if (disagree > most)
      throw new Rejected("good-disagree", disagreementText(disagree, generated, disagreement));
    if (failed > most) {
      const what = `good solutions give no answer to ${failed} of ${generated.valid.length} valid inputs; ${failure}`;
      throw new Rejected("good-fail", what);
    }
    return answered;
  }

  async #writeChecker(disagreement: NonNullable<Answered["disagreement"]>): Promise<void> {
    const { ask, bench, settings, record } = this.#parts;
    const { known } = record;
    const written = await writeChecker(ask, { problem: this.#problem, disagreement, known, bench, settings });
    record.answers.checker = written.answers;
    if ("fault" in written) throw new Rejected("no-checker", written.fault);
    record.programs.checker = written.program;
  }

  async #judge(): Promise<void> {
    const { bench, settings, record, solutions } = this.#parts;
    const { good, bad } = solutions;
    const rates = await judgeAll(record.tests, { good, bad, bench, checker: record.programs.checker });
    record.rates = rates;
    const { tpr, tnr, accepted, rejected, survivors, failing } = rates;
    if (tpr < settings.minTpr)
      throw new Rejected("good-refused", `${accepted} of ${good.length} good solutions pass; ${failing[0]}`);
    if (tnr === null || tnr >= settings.minTnr) return;
    if (rejected === 0) throw new Rejected("no-bad-rejected", `all ${bad.length} bad solutions pass`);
    throw new Rejected("bad-accepted", `${survivors.length} of ${bad.length} bad solutions pass`);
  }
}

function worstOf(faults: Generated["faults"]): Rejection {
  const worst = Object.entries(faults).sort(([, a], [, b]) => b - a)[0]?.[0];
  if (worst === "refused") return "inputs-refused";
  return worst && worst !== "duplicate" ? "generator-fails" : "too-few-inputs";
}

function disagreementText(disagree: number, { valid }: Generated, example: Answered["disagreement"]): string {
  const outputs = example?.outputs.map((output) => JSON.stringify(output.slice(0, 100))).join(" and ");
  return `good solutions disagree on ${disagree} of ${valid.length} valid inputs; for ${JSON.stringify(example?.input.slice(0, 200))} they print ${outputs}`;
}
