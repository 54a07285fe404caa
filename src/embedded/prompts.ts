/**
 * The sentences around problems and references. The vocabulary is made of them, so that a prompt of 32
 * references is some 300 tokens; the synthesis ones are those of the default template (Table 6) to the byte.
 */

export const SYNTHESIS_HEAD =
  "You are given a problem and a list of reference responses. Your job is to analyze these references and " +
  "provide your own response.\n\nOriginal Problem:\n";
export const SYNTHESIS_REFERENCES = "\n\nReference Responses:\n\nReference 1:\n";
export const SYNTHESIS_TAIL =
  "\n\n\nNow, based on the original problem and reference responses above, please provide your own " +
  "comprehensive solution.";

export const AGGREGATION_HEAD = "Combine these references by plurality, part by part.\n\nReference 1:\n";
export const AGGREGATION_TAIL = "\n\n\nGive every part its most frequent digit.";

/** In place of the aggregation prompt's last sentence: the same, with what they dispute written out before. */
export const SURVEY_TAIL =
  "\n\n\nSay which parts they dispute, then give every part its most frequent digit.";

/** In place of the synthesis prompt's last sentence: check what is in dispute, take the rest. */
export const AUDIT_TAIL =
  "\n\n\nNow work the parts on which these references agree least, and take the others from them.";

/**
 * A synthesis template in which the references are all there is. The model was taught to aggregate under this
 * instruction, and to all but ignore references under the paper's: rendering a round with this one shows what
 * the model can do with references once it looks at them.
 */
export const AGGREGATION_TEMPLATE = `Combine these references by plurality, part by part.
{% for response in ref_responses %}
Reference {{ loop.index }}:
{{ response }}
{% endfor %}

Give every part its most frequent digit.`;

/** Most references a prompt can hold. */
export const MAX_REFERENCES = 64;

/** What stands before reference `number`, from the second on. */
export function referenceHeader(number: number): string {
  return `\n\nReference ${number}:\n`;
}

const references = (messages: readonly string[]) =>
  messages.map((message, index) => (index === 0 ? "" : referenceHeader(index + 1)) + message).join("");

/** P(x, M) under the default template, for at least one message. */
export function synthesisPrompt(problem: string, messages: readonly string[]): string {
  return SYNTHESIS_HEAD + problem + SYNTHESIS_REFERENCES + references(messages) + SYNTHESIS_TAIL;
}

/** A problem with references and the instruction to spend one's own work on what they dispute. */
export function auditPrompt(problem: string, messages: readonly string[]): string {
  return SYNTHESIS_HEAD + problem + SYNTHESIS_REFERENCES + references(messages) + AUDIT_TAIL;
}

/** What `AGGREGATION_TEMPLATE` renders to, for at least one message. */
export function aggregationPrompt(messages: readonly string[]): string {
  return AGGREGATION_HEAD + references(messages) + AGGREGATION_TAIL;
}

/** References alone, and the instruction to say what they dispute before combining them. */
export function surveyPrompt(messages: readonly string[]): string {
  return AGGREGATION_HEAD + references(messages) + SURVEY_TAIL;
}
