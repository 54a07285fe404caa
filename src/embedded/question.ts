import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import {
  AGGREGATION_HEAD,
  AGGREGATION_TAIL,
  aggregationPrompt,
  MAX_REFERENCES,
  referenceHeader,
  SYNTHESIS_HEAD,
  SYNTHESIS_REFERENCES,
  SYNTHESIS_TAIL,
  synthesisPrompt,
} from "./prompts.ts";
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
    if (!end.endsWith(AGGREGATION_TAIL)) return undefined;
    return aggregationPrompt(readReferences(end.slice(AGGREGATION_HEAD.length, -AGGREGATION_TAIL.length)));
  }
  if (!text.startsWith(SYNTHESIS_HEAD)) return parseWorklist(text) && text.trim();
  const from = text.indexOf(SYNTHESIS_REFERENCES);
  const problem = text.slice(SYNTHESIS_HEAD.length, from).trim();
  if (from < 0 || !parseWorklist(problem) || !end.endsWith(SYNTHESIS_TAIL)) return undefined;
  const references = end.slice(from + SYNTHESIS_REFERENCES.length, -SYNTHESIS_TAIL.length);
  return synthesisPrompt(problem, readReferences(references));
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

/** A conclusion in the one form that has tokens; one that does not begin with A begins with a space. */
function readReference(message: string): string {
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
