import { aggregationPrompt, synthesisPrompt } from "../embedded/prompts.ts";
import { createRandom, mixSeed } from "../embedded/random.ts";
import { formatWorklist, generateWorklist, plurality, scoreWorklist } from "../embedded/worklist.ts";
import { draw, type LabCheckOptions } from "./lab-check.ts";

/** What coordination gains and does not gain yet, on the model's own first round. Shares of problems right. */
export interface LabDemonstration {
  problems: number;
  width: number;
  single: number;
  /** The most frequent whole answer of the first round. */
  majority: number;
  /** Every part's most frequent digit, by hand. */
  plurality: number;
  /** One synthesis over the first round, under the default template and under the aggregation template. */
  synthesis: number;
  aggregation: number;
}

/** Draw a first round of `width` and combine it in every way there is. */
export async function demonstrateLab(
  options: LabCheckOptions & { width?: number },
): Promise<LabDemonstration> {
  const { problems = 128, width = 32, seed = 0 } = options;
  const random = createRandom(mixSeed(seed, 0x55));
  const totals = { single: 0, majority: 0, plurality: 0, synthesis: 0, aggregation: 0 };
  for (let index = 0; index < problems; index++) {
    const list = generateWorklist(random);
    const sample = (text: string, number: number) => draw(options, text, mixSeed(seed, index, number), list);
    const conclude = async (text: string, number: number) => (await sample(text, number)).conclusion;
    const problem = formatWorklist(list);
    const all = await Promise.all(Array.from({ length: width }, (_, number) => conclude(problem, number)));
    const round = all.filter((text) => text !== "");
    const is = (text: string) => scoreWorklist(problem, text);
    totals.single += round.filter((text) => is(text) === 1).length / width;
    totals.majority += is(mostFrequent(round));
    totals.plurality += is(plurality(round));
    totals.synthesis += is(await conclude(synthesisPrompt(problem, round), width));
    totals.aggregation += is(await conclude(aggregationPrompt(round), width + 1));
  }
  const share = (sum: number) => sum / problems;
  return {
    problems,
    width,
    single: share(totals.single),
    majority: share(totals.majority),
    plurality: share(totals.plurality),
    synthesis: share(totals.synthesis),
    aggregation: share(totals.aggregation),
  };
}

function mostFrequent(texts: readonly string[]): string {
  const groups = [...Map.groupBy(texts, (text) => text)];
  return groups.reduce((best, group) => (group[1].length > best[1].length ? group : best))[0];
}
