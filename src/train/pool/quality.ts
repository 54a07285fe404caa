import type { Problem, ProblemKind } from "../../data/problem.ts";
import { textOfProblem } from "../../data/to-prompt.ts";
import { parseWorklist } from "../../embedded/worklist.ts";
import { readGold } from "../../verify/code/gold.ts";
import { Fuel, OutOfFuelError } from "../../verify/math/limits.ts";
import { readAnswer } from "../../verify/math/score-math.ts";
import { caseSchema } from "../../verify/score-case.ts";
import type { Drop } from "./drop.ts";

/** What can be told without a model (Appendix C.1); each can be left out. */
export const QUALITY_CHECKS = ["image", "link", "several-questions", "no-single-answer"] as const;
export type QualityCheck = (typeof QUALITY_CHECKS)[number];

/** The first thing that makes a problem unfit for training; undefined if there is none. */
export function qualityIssue(problem: Problem, checks: ReadonlySet<QualityCheck>): Drop | undefined {
  for (const check of QUALITY_CHECKS) {
    if (!checks.has(check)) continue;
    const detail = FINDERS[check](problem, textOfProblem(problem));
    if (detail !== undefined) return { reason: check, detail };
  }
  return undefined;
}

/** Each says what it found. */
const FINDERS: Record<QualityCheck, (problem: Problem, text: string) => string | undefined> = {
  image: imageIn,
  link: (_, text) => LINK.exec(text)?.[0],
  "several-questions": ({ kind }, text) => (ONE_QUESTION.has(kind) ? undefined : severalQuestions(text)),
  "no-single-answer": uncheckable,
};

const IMAGE = /!\[[^\]]*\]\(|<img\b|\\includegraphics\b|data:image\//i;

/** A text that points at a picture, which is not there. */
const PICTURED =
  /\b(?:in|using|from) the (?:figure|diagram|picture|drawing|bar chart|pie chart)\b|\bshown (?:in|on) (?:the|this) (?:figure|diagram|picture|image|drawing)|\b(?:figure|diagram|picture|image|drawing) (?:below|above|shown)\b|\b(?:accompanying|adjoining) (?:figure|diagram|picture|image|drawing)/i;

function imageIn({ prompt }: Problem, text: string): string | undefined {
  const parts = typeof prompt === "string" ? [] : prompt.map(({ content }) => content);
  if (parts.some((part) => Array.isArray(part) && part.some(({ type }) => type === "image_url")))
    return "an image in the chat";
  return (IMAGE.exec(text) ?? PICTURED.exec(text))?.[0];
}

const LINK = /\b(?:https?|ftp):\/\/\S{0,80}|\bwww\.[\w-]+\.\w{2,}|\\(?:url|href)\s?\{/i;

/** Choices, statements of programs and work lists have lists and rhetorical questions of their own. */
const ONE_QUESTION: ReadonlySet<ProblemKind> = new Set(["choice", "code", "worklist"]);

/** A question mark at the end of a sentence. */
const QUESTION = /？|\?(?=$|[\s"”'’»)\]$}])/g;

/**
 * A labelled part that asks for something; conditions are labelled too, and do not. The "a)" of a pair "(b, a)" is no
 * label, and "b." is one at the start of a line only.
 */
const PART = new RegExp(
  [
    String.raw`(?:(?<!\S)(?<!, )\(?(?:[a-h]|i{1,3}|iv|v|[1-9])\)|^\s*(?:[a-h]|i{1,3}|iv|v|[1-9])\.|\bpart [a-d1-4][:.)])`,
    String.raw`\s+(?:find|determine|compute|calculate|evaluate|prove|show|give|what|how|which|is|are|does|do|can)\b`,
  ].join(""),
  "gim",
);

function severalQuestions(text: string): string | undefined {
  const parts = text.match(PART)?.length ?? 0;
  if (parts > 1) return `${parts} parts`;
  const questions = text.match(QUESTION)?.length ?? 0;
  return questions > 1 ? `${questions} questions` : undefined;
}

const PROOF =
  /\b(?:prove|show|demonstrate) that\b|\bprove the\b|\b(?:give|write) (?:a|the) proof\b|\bverify the identity\b/i;

/** More words than this are an explanation. */
const MOST_ANSWER_WORDS = 12;

function uncheckable(problem: Problem, text: string): string | undefined {
  const { kind, answer, options, prompt } = problem;
  if (kind === "worklist") {
    return typeof prompt === "string" && parseWorklist(prompt) ? undefined : "it is no work list";
  }
  if (answer === undefined || answer === null || answer === "") return "there is no gold answer";
  if (kind === "code") return unreadableTests(answer);
  if (kind === "judge") return undefined;
  if (!caseSchema.safeParse({ gold: answer, pred: "", kind, opts: options }).success)
    return "its verifier cannot read the gold answer";
  return kind === "math" ? unreadableMathematics(`${answer as string | number | boolean}`, text) : undefined;
}

function unreadableTests(answer: Problem["answer"]): string | undefined {
  try {
    readGold(answer);
    return undefined;
  } catch {
    return "its tests cannot be read";
  }
}

function unreadableMathematics(answer: string, text: string): string | undefined {
  if (PROOF.test(text)) return "it asks for a proof";
  // A worked solution ends in its answer; words around a bare answer are another matter.
  if (!answer.includes("\\boxed") && answer.split(/\s+/).length > MOST_ANSWER_WORDS)
    return "the gold answer is an explanation";
  try {
    const reading = readAnswer(answer, new Fuel());
    if (reading && (reading.expressions.length > 0 || reading.label !== undefined)) return undefined;
  } catch (error) {
    if (!(error instanceof OutOfFuelError || error instanceof RangeError)) throw error;
  }
  return "the gold answer is no mathematics that can be read";
}
