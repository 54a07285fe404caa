/**
 * What a policy of the lab does with references: which parts it says they dispute, and whether it works those first.
 *
 *   node bench/lab-survey.ts [MODEL_DIRECTORY] [--references 4] [--problems 300]
 *   node bench/lab-survey.ts [MODEL_DIRECTORY] --references 0     without any: how many parts it works, and which
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createPolicy } from "../src/embedded/policy.ts";
import { loadPretrained } from "../src/embedded/pretrained.ts";
import { synthesisPrompt } from "../src/embedded/prompts.ts";
import { createRandom } from "../src/embedded/random.ts";
import { Sampler } from "../src/embedded/sampler.ts";
import {
  formatConclusion,
  formatWorklist,
  generateWorklist,
  LABELS,
  parseConclusion,
  scoreWorklist,
  solveWorklist,
} from "../src/embedded/worklist.ts";
import { simulatedMessage } from "../src/train/lab-data.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    references: { type: "string", default: "4" },
    problems: { type: "string", default: "300" },
  },
});
const [directory = "models/embedded"] = positionals;
const [references, problems] = [Number(values.references), Number(values.problems)];
const pretrained = await loadPretrained(new URL(`file://${resolve(directory)}/`));
const { tokenizer } = pretrained;
const sampler = new Sampler(await createPolicy(pretrained));
const random = createRandom(77);

/** Perfect play on simulated references: so many parts worked, disputed ones first or any, the plurality of the rest. */
function perfectPlay(worked: number, disputedFirst: boolean, trials = 20_000): number {
  let right = 0;
  for (let trial = 0; trial < trials; trial++) {
    const list = generateWorklist(random);
    const solution = solveWorklist(list);
    const messages = Array.from({ length: references }, () => simulatedMessage(list, random));
    const parts = [...list.keys()].map((part) => ({
      part,
      order: (disputedFirst ? agreement(messages, part) : 0) + random.uniform() / 2,
    }));
    const rest = parts.toSorted((a, b) => a.order - b.order).slice(worked);
    if (rest.every(({ part }) => drawnPlurality(messages, part) === solution[part])) right += 1;
  }
  return right / trials;
}

/** A part's most frequent digit, ties broken at random. */
function drawnPlurality(messages: readonly number[][], part: number): number {
  const digits = messages.map((message) => message[part] as number);
  const count = (digit: number) => digits.filter((other) => other === digit).length;
  const best = [...new Set(digits)].filter((digit) => count(digit) === agreement(messages, part));
  return best[random.integer(best.length)] as number;
}

/** How many of the references agree on a part's most frequent digit. */
const agreement = (messages: readonly number[][], part: number) =>
  Math.max(...messages.map((one) => messages.filter((other) => other[part] === one[part]).length));

async function respond(seed: number) {
  const list = generateWorklist(random);
  const messages = Array.from({ length: references }, () => simulatedMessage(list, random));
  const problem = formatWorklist(list);
  const asked = references > 0 ? synthesisPrompt(problem, messages.map(formatConclusion)) : problem;
  const prompt = tokenizer.encode(asked) ?? [];
  const settings = { temperature: 1, topP: 1, topK: 0, maxTokens: Number.POSITIVE_INFINITY };
  const { tokens } = await sampler.sample({ prompt, seed, ...settings });
  const text = tokenizer.decode(tokens);
  const [surveyLine = ""] = /\nReferences:.*/.exec(text) ?? [];
  const survey = [...surveyLine.matchAll(/ ([A-H])(?: disputed|=(\d))/g)].map(([, label, digit]) => ({
    label: label as string,
    disputed: digit === undefined,
    agree: agreement(messages, LABELS.indexOf(label as string)),
  }));
  const worked = [...text.matchAll(/\n([A-H]):/g)].map(([, label]) => label as string);
  const conclusion = text.slice(text.lastIndexOf("</think>"));
  const right = scoreWorklist(problem, conclusion);
  const given = parseConclusion(conclusion);
  const solution = solveWorklist(list);
  const digitsRight = worked.filter((label) => given.get(label) === solution[LABELS.indexOf(label)]).length;
  return { survey, worked, size: list.length, digitsRight, right };
}

function withoutReferences(): void {
  const sum = (value: (one: (typeof responses)[number]) => number) =>
    responses.reduce((total, one) => total + value(one), 0);
  const mean = sum(({ worked }) => new Set(worked).size) / problems;
  console.log(`${directory}, ${problems} problems, no references`);
  console.log(
    `begins with a survey of references that are not there: ${share(responses.filter(({ survey }) => survey.length > 0).length, problems)}`,
  );
  const [hits, of] = [sum(({ digitsRight }) => digitsRight), sum(({ worked }) => worked.length)];
  console.log(`parts worked: ${mean.toFixed(2)}; of their digits right: ${share(hits, of)}`);
  for (const [index, label] of [...LABELS].entries()) {
    const having = responses.filter(({ size }) => size > index);
    console.log(
      `  works ${label}: ${share(having.filter(({ worked }) => worked.includes(label)).length, having.length)}`,
    );
  }
}

const share = (hits: number, of: number) => (of > 0 ? `${((100 * hits) / of).toFixed(1)} % of ${of}` : "–");
const responses = await Promise.all(Array.from({ length: problems }, (_, seed) => respond(seed)));
if (references === 0) {
  withoutReferences();
  process.exit(0);
}
const entries = responses.flatMap(({ survey }) => survey);
console.log(`${directory}, ${problems} problems, ${references} simulated references each`);
console.log(`right: ${share(responses.filter(({ right }) => right === 1).length, problems)}`);
console.log(
  `says first what they dispute: ${share(responses.filter(({ survey }) => survey.length > 0).length, problems)}`,
);
const sound = entries.filter(({ disputed, agree }) => disputed === 2 * agree <= references).length;
console.log(`verdicts that are right (disputed: no more than half agree): ${share(sound, entries.length)}`);
for (const agree of [...new Set(entries.map((entry) => entry.agree))].sort((a, b) => a - b)) {
  const at = entries.filter((entry) => entry.agree === agree);
  console.log(
    `  "disputed" where ${agree} agree: ${share(at.filter(({ disputed }) => disputed).length, at.length)}`,
  );
}
const mixed = responses.filter(({ survey }) => new Set(survey.map(({ disputed }) => disputed)).size === 2);
const chosen = mixed.filter(({ survey, worked }) =>
  survey.some(({ label, disputed }) => disputed && label === worked[0]),
);
const chance = mixed.reduce(
  (sum, { survey }) => sum + survey.filter((one) => one.disputed).length / survey.length,
  0,
);
console.log(
  `works first a part it calls disputed: ${share(chosen.length, mixed.length)} (chance: ${((100 * chance) / mixed.length).toFixed(1)} %)`,
);
for (const [worked, disputedFirst] of [
  [4, false],
  [5, false],
  [4, true],
  [5, true],
] as const) {
  const order = disputedFirst ? "disputed first" : "any order";
  console.log(
    `perfect play, ${worked} parts, ${order}: ${(100 * perfectPlay(worked, disputedFirst)).toFixed(1)} %`,
  );
}
