import { aggregationPrompt, auditPrompt, synthesisPrompt } from "../embedded/prompts.ts";
import { readQuestion } from "../embedded/question.ts";
import { createRandom, mixSeed } from "../embedded/random.ts";
import type { Sample } from "../embedded/row.ts";
import type { Sampler } from "../embedded/sampler.ts";
import type { Tokenizer } from "../embedded/tokenizer.ts";
import {
  formatConclusion,
  formatWorklist,
  generateWorklist,
  LABELS,
  parseConclusion,
  solveWorklist,
  type WorkList,
} from "../embedded/worklist.ts";
import { simulatedMessage } from "./lab-data.ts";
import { disputedFirst } from "./lab-measure.ts";

export interface LabCheckOptions {
  tokenizer: Tokenizer;
  sampler: Sampler;
  /** Fresh problems; they come from other seeds than any training step's. */
  problems?: number;
  seed?: number;
}

/** Shares of 1, at temperature 1. */
export interface LabCheck {
  problems: number;
  /** One sample, no references. */
  single: {
    right: number;
    /** Digits of parts the reasoning worked, and of those it did not. */
    workedDigitsRight: number;
    unworkedDigitsRight: number;
    /** Ended by itself, five parts worked, one digit for every part. */
    wellFormed: number;
  };
  /** One sample, 16 simulated references under the synthesis prompt. */
  withReferences: { right: number; workedDigitsRight: number; unworkedDigitsRight: number };
  /**
   * One sample, 4 simulated references under the audit instruction; `disputedFirst` is the probability that a part it
   * worked had less agreement than one it did not: 0.5 by chance, 0.74 as the demonstrations do it.
   */
  audit: { right: number; workedDigitsRight: number; unworkedDigitsRight: number; disputedFirst: number };
  /** Digits that are a most frequent one of their part, under the aggregation instruction, by references. */
  aggregation: { references: number; digitsRight: number; allRight: number }[];
}

interface Answer {
  list: WorkList;
  /** `""` if the sample was cut off inside its reasoning. */
  conclusion: string;
  digits: Map<string, number>;
  worked: Set<string>;
  wellFormed: boolean;
}

/** Measure what the supervised start is for: see the bars in the model card. */
export async function checkLab(options: LabCheckOptions): Promise<LabCheck> {
  const { problems = 512, seed = 0 } = options;
  const random = createRandom(mixSeed(seed, 0x44));
  const lists = Array.from({ length: problems }, () => generateWorklist(random));
  const messages = lists.map((list) => Array.from({ length: 32 }, () => simulatedMessage(list, random)));
  const ask = (prompt: (list: WorkList, index: number) => string) =>
    Promise.all(lists.map((list, index) => draw(options, prompt(list, index), mixSeed(seed, index), list)));
  const references = (index: number, count: number) =>
    (messages[index] as number[][]).slice(0, count).map(formatConclusion);

  const single = digitShares(await ask(formatWorklist));
  const synthesis = await ask((list, index) => synthesisPrompt(formatWorklist(list), references(index, 16)));
  const audited = await ask((list, index) => auditPrompt(formatWorklist(list), references(index, 4)));
  const aggregation: LabCheck["aggregation"] = [];
  for (const count of [4, 16, 32]) {
    const answers = await ask((_, index) => aggregationPrompt(references(index, count)));
    aggregation.push({
      references: count,
      ...agreement(answers, (index) => (messages[index] as number[][]).slice(0, count)),
    });
  }
  const { wellFormed: _, ...withReferences } = digitShares(synthesis);
  const { wellFormed: __, ...audit } = digitShares(audited);
  const order = audited.map(({ worked }, index) => disputedFirst(references(index, 4), worked) ?? 0.5);
  const disputed = order.reduce((sum, value) => sum + value, 0) / order.length;
  return { problems, single, withReferences, audit: { ...audit, disputedFirst: disputed }, aggregation };
}

export async function draw(
  { tokenizer, sampler }: LabCheckOptions,
  text: string,
  seed: number,
  list: WorkList,
) {
  const prompt = tokenizer.encode(readQuestion(text) ?? text);
  if (!prompt) throw new Error(`No tokens for ${JSON.stringify(text)}`);
  const settings = { temperature: 1, topP: 1, topK: 0, maxTokens: Number.POSITIVE_INFINITY };
  return readAnswer(tokenizer, list, await sampler.sample({ prompt, seed, ...settings }));
}

function readAnswer(tokenizer: Tokenizer, list: WorkList, { tokens, finish }: Sample): Answer {
  const end = tokens.indexOf(tokenizer.thinkEnd);
  const reasoning = tokenizer.decode(tokens.slice(0, Math.max(end, 0)));
  const cutOff = end < 0 && tokens[0] === tokenizer.thinkStart;
  const conclusion = cutOff ? "" : tokenizer.decode(tokens.slice(end + 1));
  const digits = parseConclusion(conclusion);
  const worked = new Set([...reasoning.matchAll(/\n([A-H]):/g)].map((match) => match[1] as string));
  const complete = list.every((_, index) => digits.has(LABELS[index] as string));
  const wellFormed = finish === "end" && complete && digits.size === list.length && worked.size === 5;
  return { list, conclusion, digits, worked, wellFormed };
}

function digitShares(answers: readonly Answer[]): LabCheck["single"] {
  const counts = { worked: [0, 0], unworked: [0, 0] } as Record<"worked" | "unworked", [number, number]>;
  let right = 0;
  for (const { list, digits, worked } of answers) {
    const correct = solveWorklist(list).map((digit, index) => digits.get(LABELS[index] as string) === digit);
    if (correct.every(Boolean)) right += 1;
    for (const [index, isRight] of correct.entries()) {
      const count = counts[worked.has(LABELS[index] as string) ? "worked" : "unworked"];
      count[0] += isRight ? 1 : 0;
      count[1] += 1;
    }
  }
  return {
    right: right / answers.length,
    workedDigitsRight: counts.worked[0] / counts.worked[1],
    unworkedDigitsRight: counts.unworked[0] / counts.unworked[1],
    wellFormed: answers.filter(({ wellFormed }) => wellFormed).length / answers.length,
  };
}

/** How often the answers name a most frequent digit; any of several equally frequent ones counts. */
function agreement(answers: readonly Answer[], messagesOf: (index: number) => number[][]) {
  let digitCount = 0;
  let right = 0;
  let whole = 0;
  for (const [index, { list, digits }] of answers.entries()) {
    const hits = list.filter((_, part) => {
      const counts = Array<number>(10).fill(0);
      for (const message of messagesOf(index))
        counts[message[part] as number] = (counts[message[part] as number] ?? 0) + 1;
      return counts[digits.get(LABELS[part] as string) ?? -1] === Math.max(...counts);
    }).length;
    right += hits;
    digitCount += list.length;
    if (hits === list.length) whole += 1;
  }
  return { digitsRight: right / digitCount, allRight: whole / answers.length };
}

/** One of the figures that say whether the supervised start is what it should be. */
export interface LabBar {
  name: string;
  value: number;
  low: number;
  high: number;
  holds: boolean;
}

/** Compare a check with what the policy is for: work parts surely, guess the rest, aggregate when told to. */
export function labBars({ single, withReferences, audit, aggregation }: LabCheck): LabBar[] {
  const bar = (name: string, value: number, low: number, high = 1): LabBar => ({
    name,
    value,
    low,
    high,
    holds: value >= low && value <= high,
  });
  return [
    bar("digits of worked parts right", single.workedDigitsRight, 0.99),
    bar("digits of unworked parts right", single.unworkedDigitsRight, 0.08, 0.13),
    bar("single samples right", single.right, 0.02, 0.06),
    bar("right with references, which are mostly ignored", withReferences.right, 0.02, 0.12),
    bar("what references dispute is worked first, when told to", audit.disputedFirst, 0.65),
    ...aggregation.map(({ references, digitsRight }) =>
      bar(`digits aggregated from ${references} references`, digitsRight, 0.95),
    ),
  ];
}
