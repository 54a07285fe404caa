import type { Program } from "../../verify/code/program.ts";
import type { Bench, CodeTest, Judgement } from "./bench.ts";
import type { Solution } from "./read-solutions.ts";
import { countBy } from "./verdict.ts";

/** How well tests tell good solutions from bad. */
export interface Rates {
  accepted: number;
  rejected: number;
  /** True positive rate: good solutions that pass all tests, of all. */
  tpr: number;
  /** True negative rate: bad solutions that fail one, of all; null without any. */
  tnr: number | null;
  /** Which kind of test rejected the bad ones first. */
  by: Partial<Record<CodeTest["category"], number>>;
  /** Bad solutions that pass. */
  survivors: Solution[];
  failing: string[];
}

/** Runs every solution until it fails. One after the other: their tests run side by side. */
export async function judgeAll(
  tests: readonly CodeTest[],
  {
    good,
    bad,
    bench,
    checker,
  }: { good: readonly Solution[]; bad: readonly Solution[]; bench: Bench; checker: Program | undefined },
): Promise<Rates> {
  const judge = async (solutions: readonly Solution[]): Promise<Judgement[]> => {
    const judged: Judgement[] = [];
    for (const solution of solutions) judged.push(await bench.judge(solution, tests, checker));
    return judged;
  };
  const goodJudged = await judge(good);
  const badJudged = await judge(bad);
  const accepted = goodJudged.filter((one) => one.accepted).length;
  const caught = badJudged.filter((one) => !one.accepted);
  return {
    accepted,
    rejected: caught.length,
    tpr: accepted / good.length,
    tnr: bad.length === 0 ? null : caught.length / bad.length,
    by: countBy(caught, ({ by }) => by as CodeTest["category"]),
    survivors: bad.filter((_, i) => badJudged[i]?.accepted),
    failing: [
      ...goodJudged.flatMap(({ accepted: ok, by, fault }, i) =>
        ok ? [] : [`good ${i + 1} (${by}): ${fault}`],
      ),
      ...badJudged.flatMap(({ accepted: ok }, i) =>
        ok ? [`bad ${i + 1} passes all ${tests.length} tests`] : [],
      ),
    ],
  };
}
