import type { LanguageModelV4 } from "@ai-sdk/provider";
import { solve } from "../core/solve.ts";
import { aggregationPrompt } from "../embedded/prompts.ts";
import {
  formatConclusion,
  parseConclusion,
  parseWorklist,
  plurality,
  solveWorklist,
} from "../embedded/worklist.ts";

/** How a sample's answer compares with the known one, and with what plain code makes of the same conclusions. */
export interface SampleCheck {
  expected: string;
  parts: number;
  answer: Compared;
  plurality: Compared & { text: string };
  /** What the model itself makes of them under the instruction it was taught to combine them with. */
  combined?: Compared & { text: string };
  /** Conclusions of the first round, and how many of them were right by themselves. */
  conclusions: { count: number; right: number };
}

interface Compared {
  right: boolean;
  rightParts: number;
}

/** One call of the model over conclusions, under the instruction that it was taught. */
export async function combineAsTaught(
  model: LanguageModelV4,
  conclusions: readonly string[],
  seed: number,
): Promise<string> {
  return (await solve(model, aggregationPrompt(conclusions), { widths: [], seed })).answer;
}

interface Given {
  /** Those of the first round. */
  conclusions: readonly string[];
  /** The model's own combination of them, if it was asked for one. */
  combined?: string | undefined;
}

export function checkSample(problem: string, answer: string, { conclusions, combined }: Given): SampleCheck {
  const expected = formatConclusion(solveWorklist(parseWorklist(problem) ?? []));
  const digits = [...parseConclusion(expected)];
  const compare = (text: string): Compared => {
    const given = parseConclusion(text);
    const rightParts = digits.filter(([label, digit]) => given.get(label) === digit).length;
    return { right: rightParts === digits.length, rightParts };
  };
  const counted = plurality(conclusions);
  const right = conclusions.filter((conclusion) => compare(conclusion).right).length;
  return {
    expected,
    parts: digits.length,
    answer: compare(answer),
    plurality: { text: counted, ...compare(counted) },
    ...(combined !== undefined && { combined: { text: combined, ...compare(combined) } }),
    conclusions: { count: conclusions.length, right },
  };
}

/** The comparison, said honestly: what the model was asked how, and what is not the model at all. */
export function sampleCheckLines({
  expected,
  parts,
  answer,
  plurality,
  combined,
  conclusions,
}: SampleCheck): string[] {
  const verdict = ({ right, rightParts }: Compared) =>
    `${right ? "right" : "wrong"} (${rightParts} of ${parts} parts)`;
  return [
    "",
    `checked against the known answer ${expected}`,
    `  each conclusion of round 1         ${conclusions.right} of ${conclusions.count} right`,
    `  the answer above                   ${verdict(answer)}`,
    ...(combined ? [`  combined by the model, as taught   ${verdict(combined)}`] : []),
    `  combined by hand-written code      ${verdict(plurality)}`,
    ...(combined && !answer.right ? UNTRAINED : []),
  ];
}

/** True of the start policy that ships; a trained one gets here less often. */
const UNTRAINED = [
  "The model that ships is a start policy: it was taught to combine conclusions under an",
  "instruction of its own, and not yet to make use of them in the paper's template.",
  "With that instruction as the template:  pacore solve --sample --widths 32 --template aggregation",
];
