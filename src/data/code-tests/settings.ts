import { InvalidOptionError } from "../../errors.ts";
import { DEFAULT_LIMITS, type Limits } from "../../verify/code/limits.ts";

/** Kinds of inputs, by what they are to reveal. */
export const TEST_CATEGORIES = ["small", "edge", "large", "adversarial"] as const;
export type TestCategory = (typeof TEST_CATEGORIES)[number];

/** What decides which tests a problem gets, and whether it is kept. */
export interface CodeTestSettings {
  /** Inputs asked of each category, in each round of the generator. */
  inputs: number;
  /** Answers of the model for each program: the first, and so many less one with what was wrong shown. At most 16. */
  rounds: number;
  /** Fewer generated tests are too few. */
  minTests: number;
  /** Good solutions whose outputs must agree before an input becomes a test. */
  oracles: number;
  /** Largest share of valid inputs on which they may disagree or fail; those inputs are left out. */
  maxDisagree: number;
  /** Smallest share of good solutions that pass all tests, and of bad ones that do not. */
  minTpr: number;
  minTnr: number;
  /** Fewer bad solutions say nothing about the tests. */
  minBad: number;
  /** Solutions looked at, chosen by the seed where there are more. */
  mostGood: number;
  mostBad: number;
  maxInputBytes: number;
  maxOutputBytes: number;
  /** Inputs and outputs of a problem together; what does not fit any more is left out. */
  maxTestBytes: number;
  /** Ask for a checker program where good solutions print different outputs. */
  checker: boolean;
  /** CPU time of a solution on a test, instead of what the problem says. */
  timeMs?: number | undefined;
  seed: number;
}

export const CODE_TEST_DEFAULTS: CodeTestSettings = {
  inputs: 5,
  rounds: 3,
  minTests: 8,
  oracles: 2,
  maxDisagree: 0,
  minTpr: 1,
  minTnr: 1,
  minBad: 1,
  mostGood: 16,
  mostBad: 32,
  maxInputBytes: 4 << 20,
  maxOutputBytes: 4 << 20,
  maxTestBytes: 64 << 20,
  checker: false,
  seed: 0,
};

/** Places in the journal for the answers of one program. */
export const MOST_ROUNDS = 16;
/** Beyond that a line of a data set is no text any more. */
const MOST_BYTES = 256 << 20;

/** @throws {InvalidOptionError} */
export function readCodeTestSettings(
  given: {
    [K in keyof CodeTestSettings]?: CodeTestSettings[K] | undefined;
  },
): CodeTestSettings {
  const present = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const settings: CodeTestSettings = { ...CODE_TEST_DEFAULTS, ...present };
  const check = (name: keyof CodeTestSettings, ok: (value: number) => boolean, wanted: string) => {
    const value = settings[name];
    if (typeof value === "number" && !ok(value))
      throw new InvalidOptionError(name, `${value} is not ${wanted}.`);
  };
  const between = (least: number, most: number) => (value: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  for (const name of ["inputs", "minTests", "mostGood", "mostBad"] as const)
    check(name, between(1, 1000), "an integer from 1 to 1000");
  check("rounds", between(1, MOST_ROUNDS), `an integer from 1 to ${MOST_ROUNDS}`);
  check("oracles", between(1, 16), "an integer from 1 to 16");
  check("minBad", between(0, 1000), "an integer from 0 to 1000");
  for (const name of ["maxInputBytes", "maxOutputBytes", "maxTestBytes"] as const)
    check(name, between(1, MOST_BYTES), `a number of bytes from 1 to ${MOST_BYTES}`);
  for (const name of ["maxDisagree", "minTpr", "minTnr"] as const)
    check(name, (value) => value >= 0 && value <= 1, "a share from 0 to 1");
  if (settings.minTests > settings.inputs * TEST_CATEGORIES.length * settings.rounds)
    throw new InvalidOptionError("minTests", "is more than all rounds of inputs could give.");
  return settings;
}

/** What the model's own programs may use. Generators build large inputs, in Python. */
export const toolLimits = (outputBytes: number): Limits => ({
  ...DEFAULT_LIMITS,
  cpuMs: 10_000,
  wallMs: 30_000,
  processes: 16,
  // What it says on stderr counts, too.
  outputBytes: outputBytes + (64 << 10),
});
