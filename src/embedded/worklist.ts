import { createRandom, mixSeed, type Random } from "./random.ts";

/** The labels of a work list's parts. */
export const LABELS = "ABCDEFGH";
const MIN_PARTS = 6;
export const MAX_PARTS = LABELS.length;
/** Operations in one chain. */
const CHAIN_LENGTH = 3;
/** Parts a trajectory has the budget to work; the others it must guess. */
export const WORKED_PARTS = 5;
/** Parts that are left of the budget after a survey of the references, which is as long as a part. */
export const WORKED_PARTS_SURVEYED = 4;

/** The first line of every problem. The form it asks for is what `scoreWorklist` reads. */
export const INSTRUCTION = "Compute each chain left to right, modulo 10; answer like A=1 B=2:";

/** All permute the ten digits, so an unworked result stays uniform and a guess is right one time in ten. */
export const OPERATIONS = ["+1", "+2", "+3", "+4", "+5", "+6", "+7", "+8", "+9", "×3", "×7", "×9"] as const;
export type Operation = (typeof OPERATIONS)[number];

/** One chain: a start digit and the operations that follow. */
export interface Part {
  start: number;
  operations: Operation[];
}

/** A problem: 6 to 8 chains, labelled A, B, C … */
export type WorkList = Part[];

const PART = /^([A-H]): ([0-9]) (\S\d), then (\S\d), then (\S\d)$/;
const isOperation = (text: string): text is Operation => (OPERATIONS as readonly string[]).includes(text);

/**
 * An operation as it stands in a chain: `7 ×3, then +4, then ×9`. First, middle and last read differently, so
 * that a token says which step it is; finding "the second step of B" is then a matter of content.
 */
export function operationText(operation: Operation, index: number): string {
  return `${index > 0 ? " then" : ""} ${operation}${index < CHAIN_LENGTH - 1 ? "," : ""}`;
}

export function applyOperation(value: number, operation: Operation): number {
  const operand = Number(operation[1]);
  return (operation[0] === "+" ? value + operand : value * operand) % 10;
}

/** The values of a chain: the start, then one after every operation. */
export function chainValues({ start, operations }: Part): number[] {
  const values = [start];
  for (const operation of operations) values.push(applyOperation(values.at(-1) as number, operation));
  return values;
}

/** The right digit of every part. */
export function solveWorklist(list: WorkList): number[] {
  return list.map((part) => chainValues(part).at(-1) as number);
}

/** A random work list; its size is drawn too unless given. */
export function generateWorklist(
  random: Random,
  size = MIN_PARTS + random.integer(MAX_PARTS - MIN_PARTS + 1),
): WorkList {
  const operation = () => OPERATIONS[random.integer(OPERATIONS.length)] as Operation;
  return Array.from({ length: size }, () => ({
    start: random.integer(10),
    operations: Array.from({ length: CHAIN_LENGTH }, operation),
  }));
}

/** A work list in words, as the model is given it. */
export function formatWorklist(list: WorkList): string {
  const line = ({ start, operations }: Part, index: number) =>
    `\n${LABELS[index]}: ${start}${operations.map(operationText).join("")}`;
  return INSTRUCTION + list.map(line).join("");
}

/** Read a problem written by `formatWorklist`. @returns `undefined` if it is anything else. */
export function parseWorklist(problem: string): WorkList | undefined {
  const [first, ...lines] = problem.trim().split("\n");
  if (first !== INSTRUCTION || lines.length < MIN_PARTS || lines.length > MAX_PARTS) return undefined;
  const parts = lines.map((line, index): Part | undefined => {
    const [, label, start, ...operations] = PART.exec(line) ?? [];
    return label === LABELS[index] && operations.every(isOperation)
      ? { start: Number(start), operations }
      : undefined;
  });
  return parts.every((part) => part !== undefined) ? parts : undefined;
}

/** What opens a survey of the references, written out before any part is worked: `\nReferences: A=5 B disputed …` */
export const SURVEY_HEAD = "\nReferences:";
export const disputedEntry = (label: string) => ` ${label} disputed`;
export const agreedEntry = (label: string, digit: number) => ` ${label}=${digit}`;

/** A conclusion, `A=5 B=3 …`, from the digit of every part. */
export function formatConclusion(digits: readonly number[]): string {
  return digits.map((digit, index) => `${LABELS[index]}=${digit}`).join(" ");
}

/** The digit a text gives every part; where it gives several, the last. */
export function parseConclusion(text: string): Map<string, number> {
  return new Map(
    [...text.matchAll(/\b([A-H])\s*=\s*([0-9])\b/g)].map((match) => [match[1] as string, Number(match[2])]),
  );
}

/** 1 if `answer` gives every part of `problem` its right digit, else 0. @throws If `problem` is no work list. */
export function scoreWorklist(problem: string, answer: string): 0 | 1 {
  const list = parseWorklist(problem);
  if (!list)
    throw new TypeError(`Not a work list; it must look like sampleProblem(seed):\n${sampleProblem(0)}`);
  const given = parseConclusion(answer);
  return solveWorklist(list).every((digit, index) => given.get(LABELS[index] as string) === digit) ? 1 : 0;
}

/** A problem the embedded model understands. Same seed, same problem. */
export function sampleProblem(seed: number): string {
  return formatWorklist(generateWorklist(createRandom(mixSeed(seed, 0x70))));
}

/**
 * The best hand-written way to combine conclusions on work lists: every part's most frequent digit (the smallest
 * of several), of the parts that at least half of them name. Coordination must beat this, not single samples
 * only.
 */
export function plurality(messages: readonly string[]): string {
  const counts = new Map<string, number[]>();
  const conclusions = messages.map(parseConclusion).filter(({ size }) => size > 0);
  for (const conclusion of conclusions) {
    for (const [label, digit] of conclusion) {
      const count = counts.get(label) ?? Array<number>(10).fill(0);
      count[digit] = (count[digit] as number) + 1;
      counts.set(label, count);
    }
  }
  const total = (count: readonly number[]) => count.reduce((a, b) => a + b);
  return [...counts]
    .filter(([, count]) => 2 * total(count) >= conclusions.length)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([label, count]) => `${label}=${count.indexOf(Math.max(...count))}`)
    .join(" ");
}
