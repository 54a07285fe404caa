import { createRandom, mixSeed } from "../embedded/random.ts";
import { formatConclusion, formatWorklist, generateWorklist, solveWorklist } from "../embedded/worklist.ts";
import type { Problem } from "./problem.ts";

/** Keeps these problems apart from the samples of the command line and from what a policy was trained on. */
const EVALUATION_STREAM = 0x6576616c;

/** Work lists of the embedded model, all different. Same seed, same problems. */
export function worklistProblems({ count, seed = 0 }: { count: number; seed?: number }): Problem[] {
  const problems = new Map<string, Problem>();
  for (let i = 0; problems.size < count; i++) {
    const list = generateWorklist(createRandom(mixSeed(seed, EVALUATION_STREAM, i)));
    const prompt = formatWorklist(list);
    if (problems.has(prompt)) continue;
    problems.set(prompt, {
      id: `worklist-${seed}-${problems.size + 1}`,
      prompt,
      answer: formatConclusion(solveWorklist(list)),
      kind: "worklist",
      meta: { parts: list.length },
    });
  }
  return [...problems.values()];
}
