import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import {
  AGGREGATION_HEAD,
  AGGREGATION_TAIL,
  AUDIT_TAIL,
  aggregationPrompt,
  auditPrompt,
  MAX_REFERENCES,
  referenceHeader,
  SURVEY_TAIL,
  SYNTHESIS_HEAD,
  SYNTHESIS_REFERENCES,
  SYNTHESIS_TAIL,
  surveyPrompt,
  synthesisPrompt,
} from "./prompts.ts";
import { THINK_END, THINK_START } from "./tokenizer.ts";
import { parseConclusion, parseWorklist, sampleProblem } from "./worklist.ts";

/** The text the model answers: the last user turn's; `""` if the prompt does not end with one. */
export function lastUserText(prompt: LanguageModelV4Prompt): string {
  const last = prompt.at(-1);
  if (last?.role !== "user") return "";
  return last.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/**
 * The prompt to give the model: the text itself, but for white space around the problem and references of
 * another form. Of those the model is given the digits they name, so that one odd conclusion, or another
 * model's, does not spoil a round; a reference without any is empty to it.
 * @returns `undefined` if it is no kind of prompt the model was trained on.
 */
export function readQuestion(text: string): string | undefined {
  const end = text.trimEnd();
  if (text.startsWith(AGGREGATION_HEAD)) {
    const tail = [AGGREGATION_TAIL, SURVEY_TAIL].find((text) => end.endsWith(text));
    if (tail === undefined) return undefined;
    const references = readReferences(end.slice(AGGREGATION_HEAD.length, -tail.length));
    return tail === SURVEY_TAIL ? surveyPrompt(references) : aggregationPrompt(references);
  }
  if (!text.startsWith(SYNTHESIS_HEAD)) return parseWorklist(text) && text.trim();
  const from = text.indexOf(SYNTHESIS_REFERENCES);
  const problem = text.slice(SYNTHESIS_HEAD.length, from).trim();
  const tail = [SYNTHESIS_TAIL, AUDIT_TAIL].find((text) => end.endsWith(text));
  if (from < 0 || !parseWorklist(problem) || !tail) return undefined;
  const references = readReferences(end.slice(from + SYNTHESIS_REFERENCES.length, -tail.length));
  return tail === AUDIT_TAIL ? auditPrompt(problem, references) : synthesisPrompt(problem, references);
}

/** Split what stands between the first reference's header and the closing sentence. */
function readReferences(text: string): string[] {
  const messages: string[] = [];
  let rest = text;
  for (;;) {
    const header = referenceHeader(messages.length + 2);
    const end = rest.indexOf(header);
    messages.push(readReference(end < 0 ? rest : rest.slice(0, end)));
    if (end < 0) return messages;
    rest = rest.slice(end + header.length);
  }
}

/** One worked part or a survey, as the model writes them. */
const THOUGHT_LINE =
  /^([A-H]: \d [+×]\d, \d then [+×]\d, \d then [+×]\d \d [A-H]=\d|References:( [A-H](=\d| disputed))+)$/;
const WHOLE_TRAJECTORY = /^\s*<think>(.*?)<\/think>(.*)$/s;

/**
 * A conclusion in the one form that has tokens; one that does not begin with A begins with a space. Reasoning before
 * it stays, where a round was not compacted.
 */
function readReference(message: string): string {
  const [, reasoning = "", conclusion = ""] = WHOLE_TRAJECTORY.exec(message) ?? [];
  const lines = reasoning.trim().split("\n");
  if (lines.every((line) => THOUGHT_LINE.test(line)))
    return `${THINK_START}\n${lines.join("\n")}${THINK_END}${readReference(conclusion)}`;
  if (/^A=\d( [A-H]=\d)*$/.test(message)) return message;
  const digits = [...parseConclusion(message)].sort(([a], [b]) => a.localeCompare(b));
  return digits.map(([label, digit]) => `${label === "A" ? "" : " "}${label}=${digit}`).join("");
}

/** What the model says when it is asked for something else: what it is, what it can do, and where to go. */
export function cannotAnswer(): string {
  return `I am pacore's embedded model, a tiny demonstration policy. I only solve work lists such as this one, \
alone or in a synthesis prompt with up to ${MAX_REFERENCES} conclusions of the form A=1 B=2 …:

${sampleProblem(1)}

For anything else, name a real model: on the command line \`--model http://localhost:8000/v1#model-id\`, in code \
\`pacore(model)\` with any AI SDK language model.`;
}
