import { Environment, Interpreter, parse, tokenize } from "@huggingface/jinja";
import { InvalidOptionError } from "../errors.ts";
import type { CompactMessage } from "./trajectory.ts";

/**
 * The paper's template (Table 6). A constant of the trained models: one byte more or less is another
 * distribution. Its blank lines around the loop are part of it.
 */
export const SYNTHESIS_TEMPLATE = `You are given a problem and a list of reference responses. Your job is to analyze these references and provide your own response.

Original Problem:
{{ original_prompt }}

Reference Responses:
{% for response in ref_responses %}
Reference {{ loop.index }}:
{{ response }}
{% endfor %}

Now, based on the original problem and reference responses above, please provide your own comprehensive solution.
`;

/** Serialises a problem and a message set: the P of P(x, M). */
export type SynthesisTemplate = (problem: string, messages: readonly CompactMessage[]) => string;

/**
 * Compile a Jinja template with the variables `original_prompt` and `ref_responses`.
 *
 * Renders as Jinja2 does by default: no block trimming (the `Template` class of the library trims, as chat
 * templates want it), no escaping, the template's single trailing newline dropped.
 * @throws {InvalidOptionError} if it does not parse.
 */
export function compileTemplate(source: string): SynthesisTemplate {
  const program = explain(() => parse(tokenize(source)));
  return (problem, messages) => {
    const env = new Environment();
    for (const [name, value] of Object.entries({
      true: true,
      false: false,
      none: null,
      True: true,
      False: false,
    })) {
      env.set(name, value);
    }
    env.set("original_prompt", problem);
    env.set("ref_responses", [...messages]);
    return explain(() => String(new Interpreter(env).run(program).value));
  };
}

function explain<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidOptionError("template", `is not a usable Jinja template (${reason}).`, { cause });
  }
}

/** P(x, M) with the paper's template. */
export const renderSynthesis: SynthesisTemplate = compileTemplate(SYNTHESIS_TEMPLATE);
