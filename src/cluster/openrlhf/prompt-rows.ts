import type { ChatMessage, Problem } from "../../data/problem.ts";
import { toPrompt } from "../../data/to-prompt.ts";
import { InvalidOptionError } from "../../errors.ts";
import type { SynthesisEnvironment } from "../../train/environment.ts";
import type { Instance } from "../../train/instance.ts";
import { encodeLabel } from "../reward/label.ts";

/** A line of the data set: one (x, M), whose responses share that M. */
export interface PromptRow {
  input: { role: "system" | "user" | "assistant"; content: string }[];
  /** For the reward server, see `encodeLabel`. */
  label: string;
  /** What evaluations are told apart by. */
  datasource: string;
}

export interface RowsOptions {
  environment: SynthesisEnvironment;
  iterations: number;
  /** Of the stages before: draws follow from the iteration over the whole run. */
  iterationsBefore: number;
}

/** `instances · iterations` rows, in the order of iterations, one in memory at a time. */
export function* promptRows({
  environment,
  iterations,
  iterationsBefore,
}: RowsOptions): Generator<PromptRow> {
  for (let iteration = iterationsBefore + 1; iteration <= iterationsBefore + iterations; iteration++)
    for (const [index, instance] of environment.draw(iteration).entries())
      yield promptRow(`${iteration}-${index}`, instance);
}

/** Held-out problems, as a first round has them. */
export const evaluationRows = (problems: readonly Problem[]): PromptRow[] =>
  problems.map((problem) => ({
    input: chatOf(problem, undefined),
    label: encodeLabel(`held-out-${problem.id}`, problem),
    datasource: "held-out",
  }));

/** The instance (x, M) as a row: P(x, M) takes the place of the last user turn. */
export function promptRow(id: string, { entry, messages, prompt }: Instance): PromptRow {
  return {
    input: chatOf(entry.problem, prompt),
    label: encodeLabel(id, entry.problem, { messages: messages.length, ...rightOf(messages) }),
    datasource: entry.problem.kind,
  };
}

/** How many messages have any of it right; unknown while one of them is unscored. */
function rightOf(messages: Instance["messages"]): { right?: number } {
  const known = messages.every(({ score }) => score !== null);
  return known ? { right: messages.filter(({ score }) => score !== 0).length } : {};
}

function chatOf(problem: Problem, prompt: string | undefined): PromptRow["input"] {
  const turns = toPrompt(problem);
  const last = turns.findLastIndex(({ role }) => role === "user");
  return turns.map(({ role, content }, index) => {
    const text = typeof content === "string" ? content : textOf(content, problem.id);
    return {
      role: role as Exclude<ChatMessage["role"], "developer">,
      content: withoutImageTag(index === last ? (prompt ?? text) : text),
    };
  });
}

function textOf(parts: readonly { type: string; text?: unknown }[], id: string): string {
  if (parts.some(({ type }) => type !== "text"))
    throw new InvalidOptionError(
      "pool",
      `the problem ${id} has a picture; this engine trains on text alone.`,
    );
  return parts.map(({ text }) => String(text)).join("\n");
}

/**
 * OpenRLHF cuts a text at every literal `<image>`, and puts a picture's token there, which no text model has. A blank
 * inside keeps the words.
 */
const withoutImageTag = (text: string): string => text.replaceAll("<image>", "<image >");
