import { parameterCount } from "../embedded/weights.ts";
import type { LabCheck } from "./lab-check.ts";
import type { LabDemonstration } from "./lab-demonstration.ts";
import type { LabSftRecipe } from "./lab-recipe.ts";

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

/** The README of a model directory: what the model is, how it was made, and what was measured. */
export function modelCard(
  { model, steps }: LabSftRecipe,
  seed: number,
  check: LabCheck,
  demonstration: LabDemonstration,
): string {
  const { single, withReferences, audit, aggregation } = check;
  const aggregationRows = aggregation.map(
    ({ references, digitsRight, allRight }) =>
      `| ${references} references | ${percent(digitsRight)} | ${percent(allRight)} |`,
  );
  return `# pacore's embedded model before it coordinates

A Llama (RMSNorm, RoPE, SwiGLU, tied embeddings; ${model.layers} layers of width ${model.hiddenSize}, ${parameterCount(model).toLocaleString("en")} parameters)
that solves *work lists*: six to eight small chains of arithmetic modulo 10, of which its reasoning works five.
It must guess the rest, so one sample is right a few times in a hundred, while many conclusions together hold the
whole answer. It understands nothing else.

This is the supervised start. It was taught to work parts; under the synthesis prompt to ignore references 96 times in
a hundred; and, under instructions of their own, to aggregate references, to say what they agree on and which parts they
dispute, and to spend its work on those. To say so costs it one part of its five: its budget is the same.
It was *not* yet taught to coordinate: to make use of those skills is what reinforcement learning is for.

## How it was made

\`\`\`sh
npx pacore train lab-sft --out runs/lab-sft --seed ${seed}
\`\`\`

${steps} steps of AdamW on generated demonstrations, no data from anywhere else; under 30 minutes on two cores. The
same seed gives the same weights on the same machine and executor.

## What was measured

Temperature 1; problems no training step has seen.

| one sample, ${check.problems} problems | |
|---|---|
| right | ${percent(single.right)} |
| digits of worked parts right | ${percent(single.workedDigitsRight)} |
| digits of unworked parts right (chance: 10 %) | ${percent(single.unworkedDigitsRight)} |
| five parts worked, one digit for every part | ${percent(single.wellFormed)} |
| right with 16 references under the synthesis prompt | ${percent(withReferences.right)} |
| digits of unworked parts right with 16 references | ${percent(withReferences.unworkedDigitsRight)} |
| right with 4 references under the audit instruction | ${percent(audit.right)} |
| there, a part it works has less agreement than one it does not (chance: 50 %, as demonstrated: 74 %) | ${percent(audit.disputedFirst)} |

| aggregation instruction | digits | whole |
|---|---|---|
${aggregationRows.join("\n")}

On its own first round of ${demonstration.width}, ${demonstration.problems} problems:

| | right |
|---|---|
| single sample | ${percent(demonstration.single)} |
| majority vote over whole answers | ${percent(demonstration.majority)} |
| one synthesis, default template | ${percent(demonstration.synthesis)} |
| one synthesis, aggregation template | ${percent(demonstration.aggregation)} |
| plurality of every part, by hand | ${percent(demonstration.plurality)} |

## Files

\`model.safetensors\` (float32, Hugging Face's names), \`config.json\`, and \`vocabulary.json\`: the tokens in order
of their ids, each an exact piece of text; from the left, always the longest that fits.
`;
}
