import { seededRandom, seedFor, shuffle } from "../../core/random.ts";
import type { Bench } from "./bench.ts";
import type { CodeSource } from "./code-source.ts";
import type { ProblemRecord } from "./problem-record.ts";
import type { Solution } from "./read-solutions.ts";
import { Rejected } from "./rejected.ts";
import type { CodeTestSettings } from "./settings.ts";

/** Solutions that can be run; of the good ones those come first that pass the known tests. */
export interface KnownSolutions {
  good: Solution[];
  bad: Solution[];
}

/**
 * Choose solutions, and try the good ones on the tests that came with the problem: nothing is paid for a problem whose
 * own solutions do not stand.
 * @throws {Rejected}
 */
export async function tryKnownSolutions(
  source: CodeSource,
  { record, bench, settings }: { record: ProblemRecord; bench: Bench; settings: CodeTestSettings },
): Promise<KnownSolutions> {
  const { seed, mostGood, mostBad, oracles, minBad } = settings;
  const choose = async (solutions: Solution[], most: number, name: string) => {
    const chosen =
      solutions.length <= most
        ? solutions
        : shuffle(solutions, seededRandom(seedFor(seed, source.id, name))).slice(0, most);
    const runnable: Solution[] = [];
    for (const one of chosen) if (await bench.compiles(one)) runnable.push(one);
    record.skipped += chosen.length - runnable.length;
    return runnable;
  };
  const enough = (solutions: Solution[], least: number, kind: "good" | "bad") => {
    record.used[kind] = solutions.length;
    if (solutions.length < least)
      throw new Rejected(
        `too-few-${kind}`,
        `${solutions.length} ${kind} solutions can be run, ${least} are needed`,
      );
  };
  // Before anything is compiled.
  enough(source.good, oracles, "good");
  enough(source.bad, minBad, "bad");
  const good = await choose(source.good, mostGood, "good");
  enough(good, oracles, "good");
  const bad = await choose(source.bad, mostBad, "bad");
  enough(bad, minBad, "bad");
  return { good: await passingFirst(good, { record, bench, oracles }), bad };
}

async function passingFirst(
  good: readonly Solution[],
  { record, bench, oracles }: { record: ProblemRecord; bench: Bench; oracles: number },
): Promise<Solution[]> {
  const passing: Solution[] = [];
  const failing: Solution[] = [];
  let first = "";
  for (const solution of good) {
    const { accepted, fault = "" } = await bench.judge(solution, record.known, record.programs.checker);
    if (!accepted) first ||= fault;
    (accepted ? passing : failing).push(solution);
  }
  if (passing.length >= oracles) return [...passing, ...failing];
  const what = `${failing.length} of ${good.length} good solutions fail the known tests; the first: ${first}`;
  throw new Rejected("known-tests-fail", what);
}
