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
  const counted = plurality(conclusions);
  const right = conclusions.filter((conclusion) => compare(conclusion).right).length;
  return {
    expected,
    parts: digits.length,
    answer: compare(answer),
    plurality: { text: counted, ...compare(counted) },
    conclusions: { count: conclusions.length, right },
  };
}

/** The comparison, said honestly: what the model did, and what is not the model at all. */
export function sampleCheckLines({ expected, parts, answer, plurality, conclusions }: SampleCheck): string[] {
  const verdict = ({ right, rightParts }: Compared) =>
    `${right ? "right" : "wrong"} (${rightParts} of ${parts} parts)`;
  return [
    "",
    `checked against the known answer ${expected}`,
    `  conclusions of round 1, alone      ${conclusions.right} of ${conclusions.count} right`,
    `  the answer above                   ${verdict(answer)}`,
    `  their plurality, by plain code     ${verdict(plurality)}`,
  ];
}
