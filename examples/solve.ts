/**
 * Solve a problem from code, and watch what happens.
 *
 *   npx node examples/solve.ts
 *   PACORE_MODEL=http://localhost:8000/v1#my-model npx node examples/solve.ts "How many primes are below 200?"
 */

import { sampleProblem } from "../src/embedded/worklist.ts";
import { resolveModel, solve } from "../src/index.ts";

const reference = process.env.PACORE_MODEL ?? "embedded";
const problem = process.argv[2] ?? sampleProblem(0);
const model = await resolveModel(reference);

const { answer, receipt, messages } = await solve(model, problem, {
  widths: [16, 4],
  seed: 0,
  onEvent: (event) => {
    if (event.type === "round-start") console.log(`round ${event.round}: ${event.width} trajectories`);
    if (event.type === "trajectory-end")
      console.log(`  ${event.trajectory.message ?? event.trajectory.outcome}`);
  },
});

console.log(`\nanswer, of ${messages.length} conclusions: ${answer}`);
console.log(`${receipt.ttc} tokens generated, ${receipt.costRatio?.toFixed(1)} times one sample`);
