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
  /** Conclusions of the first round, and how many of them were right by themselves. */
  conclusions: { count: number; right: number };
}

interface Compared {
  right: boolean;
  rightParts: number;
}

/** @param conclusions Those of the first round. */
export function checkSample(problem: string, answer: string, conclusions: readonly string[]): SampleCheck {
  const expected = formatConclusion(solveWorklist(parseWorklist(problem) ?? []));
  const digits = [...parseConclusion(expected)];
  const compare = (text: string): Compared => {
    const given = parseConclusion(text);
    const rightParts = digits.filter(([label, digit]) => given.get(label) === digit).length;
    return { right: rightParts === digits.length, rightParts };
  };
  const combined = plurality(conclusions);
  const right = conclusions.filter((conclusion) => compare(conclusion).right).length;
  return {
    expected,
    parts: digits.length,
    answer: compare(answer),
    plurality: { text: combined, ...compare(combined) },
    conclusions: { count: conclusions.length, right },
  };
}

/** The comparison, said honestly: the plurality is not what the model answered. */
export function sampleCheckLines(
  { expected, parts, answer, plurality, conclusions }: SampleCheck,
  { paperTemplate }: { paperTemplate: boolean },
): string[] {
  const verdict = ({ right, rightParts }: Compared) =>
    `${right ? "right" : "wrong"} (${rightParts} of ${parts} parts)`;
  return [
    "",
    `checked against the known answer ${expected}`,
    `  the answer above          ${verdict(answer)}`,
    `  round 1, each by itself   ${conclusions.right} of ${conclusions.count} right`,
    `  round 1, plurality        ${verdict(plurality)}`,
    "The plurality of each part is hand-written code, for comparison.",
    ...(paperTemplate && !answer.right ? UNTRAINED : []),
  ];
}

/** True of the start policy that ships; a trained one gets here less often. */
const UNTRAINED = [
  "The embedded model was not trained yet to read conclusions in the paper's template.",
  "Under an instruction it was taught to combine them with, it can:",
  "  pacore solve --sample --widths 32 --template aggregation",
];
