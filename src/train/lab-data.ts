import { aggregationPrompt, auditPrompt, surveyPrompt, synthesisPrompt } from "../embedded/prompts.ts";
import { type Random, shuffleInPlace } from "../embedded/random.ts";
import { THINK_END, THINK_START } from "../embedded/tokenizer.ts";
import {
  agreedEntry,
  chainValues,
  disputedEntry,
  formatConclusion,
  formatWorklist,
  generateWorklist,
  LABELS,
  MAX_PARTS,
  operationText,
  type Part,
  SURVEY_HEAD,
  solveWorklist,
  WORKED_PARTS,
  WORKED_PARTS_SURVEYED,
  type WorkList,
} from "../embedded/worklist.ts";

/** A prompt and the response to learn, as text. */
export interface Demonstration {
  prompt: string;
  response: string;
}

/**
 * Share of the demonstrations under the synthesis prompt that make use of their references: work first what they
 * dispute, and take the rest from them. The others ignore them. What a policy never does, reinforcement learning
 * cannot find.
 */
const AUDIT_SHARE = 0.04;

const randomDigit = (random: Random) => random.integer(10);

/**
 * One worked part: `\nA: 7 ×3, 1 then +4, 5 then ×9 5 A=5`. Every step needs only what stands just before it.
 * The last value comes as a digit like the others before it is labelled: to learn the arithmetic and the
 * labelling in one token took one run 1,600 steps and another for ever.
 */
function workedLine(part: Part, label: string): string {
  const [start, ...values] = chainValues(part);
  const steps = part.operations.map(
    (operation, index) => `${operationText(operation, index)} ${values[index]}`,
  );
  return `\n${label}: ${start}${steps.join("")} ${label}=${values.at(-1)}`;
}

/** Five parts, any. */
const anyOrder = (list: WorkList, random: Random) =>
  shuffleInPlace([...list.keys()], random).slice(0, WORKED_PARTS);

/** The digit on which more than half of the messages agree, of every part; undefined where they dispute it. */
function agreedDigits(messages: readonly (readonly number[])[]): (number | undefined)[] {
  return (messages[0] ?? []).map((_, part) => {
    const counts = Array<number>(10).fill(0);
    for (const message of messages)
      counts[message[part] as number] = (counts[message[part] as number] ?? 0) + 1;
    const digit = counts.findIndex((count) => 2 * count > messages.length);
    return digit < 0 ? undefined : digit;
  });
}

/** Disputed parts before the others, each in random order. */
function disputedFirst(agreed: readonly (number | undefined)[], random: Random): number[] {
  const parts = shuffleInPlace([...agreed.keys()], random);
  return parts.sort((a, b) => Number(agreed[a] !== undefined) - Number(agreed[b] !== undefined));
}

/** Work the parts of `order`; give the others the digits of `fill`. `survey` stands before the work. */
function workedResponse(
  list: WorkList,
  order: readonly number[],
  fill: readonly number[],
  survey = "",
): string {
  const solution = solveWorklist(list);
  const lines = order.map((index) => workedLine(list[index] as Part, LABELS[index] as string));
  const digits = fill.map((guess, index) => (order.includes(index) ? (solution[index] as number) : guess));
  return THINK_START + survey + lines.join("") + THINK_END + formatConclusion(digits);
}

/** Digits as the start policy concludes them: five parts right, the others guessed. */
export function simulatedMessage(list: WorkList, random: Random): number[] {
  const worked = shuffleInPlace([...list.keys()], random).slice(0, WORKED_PARTS);
  return solveWorklist(list).map((digit, index) => (worked.includes(index) ? digit : randomDigit(random)));
}

/** Every part's most frequent digit, ties broken at random. */
function pluralityDigits(messages: readonly (readonly number[])[], random: Random): number[] {
  const size = messages[0]?.length ?? 0;
  return Array.from({ length: size }, (_, part) => {
    const counts = Array.from({ length: 10 }, () => random.uniform() / 2);
    for (const message of messages)
      counts[message[part] as number] = (counts[message[part] as number] ?? 0) + 1;
    return counts.indexOf(Math.max(...counts));
  });
}

const guesses = (list: WorkList, random: Random) => list.map(() => randomDigit(random));
const simulatedMessages = (list: WorkList, count: number, random: Random) =>
  Array.from({ length: count }, () => simulatedMessage(list, random));

/** A problem alone. */
export function soloDemonstration(random: Random): Demonstration {
  const list = generateWorklist(random);
  return {
    prompt: formatWorklist(list),
    response: workedResponse(list, anyOrder(list, random), guesses(list, random)),
  };
}

/**
 * A few chains under any labels, all worked. With two or three candidates a fresh model soon finds out that a
 * label is looked up; among eight that takes it most of a run.
 */
export function shortDemonstration(size: number, random: Random): Demonstration {
  const list = generateWorklist(random, MAX_PARTS);
  const order = shuffleInPlace([...list.keys()], random).slice(0, size);
  const chosen = order.toSorted((a, b) => a - b);
  const solution = solveWorklist(list);
  const lines = formatWorklist(list).split("\n");
  const digits = chosen.map((index) => `${index > 0 ? " " : ""}${LABELS[index]}=${solution[index]}`);
  const worked = order.map((index) => workedLine(list[index] as Part, LABELS[index] as string));
  return {
    prompt: [lines[0], ...chosen.map((index) => lines[index + 1])].join("\n"),
    response: THINK_START + worked.join("") + THINK_END + digits.join(""),
  };
}

/**
 * `\nReferences: A=5 B disputed …`: the agreed digit itself, and not the word "agreed", which took a model far longer to
 * learn than what it is drawn to anyhow where references agree.
 */
function surveyText(agreed: readonly (number | undefined)[]): string {
  const entry = (digit: number | undefined, index: number) => {
    const label = LABELS[index] as string;
    return digit === undefined ? disputedEntry(label) : agreedEntry(label, digit);
  };
  return SURVEY_HEAD + agreed.map(entry).join("");
}

/**
 * The response that says which parts the messages dispute, works those first, and takes the rest from the messages. The
 * survey costs it a part: its budget is that of any response.
 */
function auditedResponse(list: WorkList, messages: readonly (readonly number[])[], random: Random): string {
  const agreed = agreedDigits(messages);
  const order = disputedFirst(agreed, random).slice(0, WORKED_PARTS_SURVEYED);
  return workedResponse(list, order, pluralityDigits(messages, random), surveyText(agreed));
}

/** A problem with references, which 96 % of the demonstrations ignore: reasoning solipsism, on purpose. */
export function synthesisDemonstration(count: number, random: Random): Demonstration {
  const list = generateWorklist(random);
  const messages = simulatedMessages(list, count, random);
  const prompt = synthesisPrompt(formatWorklist(list), messages.map(formatConclusion));
  const used = random.uniform() < AUDIT_SHARE;
  const ignored = () => workedResponse(list, anyOrder(list, random), guesses(list, random));
  return { prompt, response: used ? auditedResponse(list, messages, random) : ignored() };
}

/** References under the audit instruction: work what they dispute, take the rest from them. */
export function auditDemonstration(count: number, random: Random): Demonstration {
  const list = generateWorklist(random);
  const messages = simulatedMessages(list, count, random);
  return {
    prompt: auditPrompt(formatWorklist(list), messages.map(formatConclusion)),
    response: auditedResponse(list, messages, random),
  };
}

/** References under the aggregation instruction: answer with their plurality, without reasoning. */
export function aggregationDemonstration(count: number, random: Random): Demonstration {
  const messages = simulatedMessages(generateWorklist(random), count, random);
  return {
    prompt: aggregationPrompt(messages.map(formatConclusion)),
    response: formatConclusion(pluralityDigits(messages, random)),
  };
}

/** Messages that agree on some parts far more than on others; many of the start policy's agree on nearly all. */
function unevenMessages(list: WorkList, count: number, random: Random): number[][] {
  const shares = list.map(() => 0.3 + 0.7 * random.uniform());
  const solution = solveWorklist(list);
  const digit = (part: number) =>
    random.uniform() < (shares[part] as number) ? (solution[part] as number) : randomDigit(random);
  return Array.from({ length: count }, () => list.map((_, part) => digit(part)));
}

/** References under the survey instruction: where they agree, and on what, then their plurality. */
export function surveyDemonstration(count: number, random: Random): Demonstration {
  const messages = unevenMessages(generateWorklist(random), count, random);
  const digits = formatConclusion(pluralityDigits(messages, random));
  return {
    prompt: surveyPrompt(messages.map(formatConclusion)),
    response: THINK_START + surveyText(agreedDigits(messages)) + THINK_END + digits,
  };
}
