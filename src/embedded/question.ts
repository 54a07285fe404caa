import type { LanguageModelV4Prompt } from "@ai-sdk/provider";
import {
  AGGREGATION_HEAD,
  AGGREGATION_TAIL,
  MAX_REFERENCES,
  SYNTHESIS_HEAD,
  SYNTHESIS_REFERENCES,
  SYNTHESIS_TAIL,
} from "./prompts.ts";
import { parseWorklist, sampleProblem } from "./worklist.ts";

/** The text the model answers: the last user turn's; `""` if the prompt does not end with one. */
export function lastUserText(prompt: LanguageModelV4Prompt): string {
  const last = prompt.at(-1);
  if (last?.role !== "user") return "";
  return last.content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

/**
 * The prompt to give the model: the text itself, but for white space around the problem.
 * @returns `undefined` if it is no kind of prompt the model was trained on.
 */
export function readQuestion(text: string): string | undefined {
  if (text.startsWith(AGGREGATION_HEAD))
    return text.trimEnd().endsWith(AGGREGATION_TAIL) ? text.trimEnd() : undefined;
  if (!text.startsWith(SYNTHESIS_HEAD)) return parseWorklist(text) && text.trim();
  const references = text.indexOf("\n\nReference Responses:\n");
  const problem = text.slice(SYNTHESIS_HEAD.length, references);
  if (references < 0 || !parseWorklist(problem) || !text.trimEnd().endsWith(SYNTHESIS_TAIL)) return undefined;
  const rest = text.slice(references).trimEnd();
  return rest.startsWith(SYNTHESIS_REFERENCES) ? SYNTHESIS_HEAD + problem.trim() + rest : undefined;
}

/** What the model says when it is asked for something else: what it is, what it can do, and where to go. */
export function cannotAnswer(): string {
  return `I am pacore's embedded model, a tiny demonstration policy. I only solve work lists such as this one, \
alone or in a synthesis prompt with up to ${MAX_REFERENCES} conclusions of the form A=1 B=2 …:

${sampleProblem(1)}

For anything else, name a real model: on the command line \`--model http://localhost:8000/v1#model-id\`, in code \
\`pacore(model)\` with any AI SDK language model.`;
}
