/**
 * Three ways to make one answer of 32 conclusions: the model under the paper's template, the same model under a
 * template it was taught to aggregate with, and plain code. With `embedded:models/embedded-start`, the policy before it
 * was trained to coordinate, the first of them is lost: it ignores what it reads.
 *
 *   npx node examples/aggregator.ts [problems] [model]
 */

import { AGGREGATION_TEMPLATE } from "../src/embedded/prompts.ts";
import { plurality, sampleProblem, scoreWorklist } from "../src/embedded/worklist.ts";
import { resolveModel, solve } from "../src/index.ts";

const count = Number(process.argv[2] ?? 10);
const model = await resolveModel(process.argv[3] ?? "embedded");
const right = { "one sample": 0, "paper's template": 0, "aggregation template": 0, "plurality in code": 0 };

for (let seed = 0; seed < count; seed++) {
  const problem = sampleProblem(seed);
  const options = { widths: [32], seed };
  const paper = await solve(model, problem, options);
  const aggregated = await solve(model, problem, { ...options, template: AGGREGATION_TEMPLATE });
  const score = (answer: string) => scoreWorklist(problem, answer);
  // Both runs have the same seed and so the same 32 conclusions.
  right["one sample"] += paper.messages.reduce((sum, m) => sum + score(m), 0) / paper.messages.length;
  right["paper's template"] += score(paper.answer);
  right["aggregation template"] += score(aggregated.answer);
  right["plurality in code"] += score(plurality(paper.messages));
}

for (const [way, sum] of Object.entries(right)) {
  console.log(
    `${way.padEnd(22)} ${((100 * sum) / count).toFixed(1).padStart(5)} % of ${count} problems right`,
  );
}
