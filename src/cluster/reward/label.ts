import { z } from "zod";
import { parseJson } from "../../data/parse-json.ts";
import { issueOf, PROBLEM_KINDS, type Problem, type ProblemKind } from "../../data/problem.ts";
import { PacoreError } from "../../errors.ts";

/** What a data set's row tells the reward server: which instance this is, and how its answer is recognised. */
export interface RewardLabel {
  /** The instance (x, M): responses to the same prompt share it. */
  id: string;
  /** The problem x: instances of the same problem share it. */
  problem: string;
  kind: ProblemKind;
  /** What figures are counted by: a data source or a field; its kind, if nobody said. */
  domain: string;
  /** |M|, the messages in the prompt; 0 for the problem alone. */
  messages: number;
  /** How many of them are right, where that is known: an answer that is right although none was is emergent (§3.2). */
  right?: number;
  /** What the verifier needs, where it is small; else the server looks the problem up by its id. */
  inlined?: Pick<Problem, "answer" | "options" | "prompt">;
}

export interface LabelOptions {
  /** |M|. */
  messages?: number;
  /** The right ones of M. */
  right?: number;
  domain?: string;
}

/** A label travels with each of its 64 responses: what takes more characters is looked up by the problem's id. */
const MAX_INLINED = 8192;

export class LabelError extends PacoreError {
  override name = "LabelError";

  constructor(reason: string, options?: ErrorOptions) {
    super(`The label cannot be read (${reason}); write it with encodeLabel.`, options);
  }
}

/** The label of an instance as a string of JSON, at most some ten thousand characters long. */
export function encodeLabel(
  instanceId: string,
  problem: Problem,
  { messages = 0, right, domain }: LabelOptions = {},
): string {
  const named = { id: instanceId, problem: problem.id, kind: problem.kind, domain, messages, right };
  const needs = neededBy(problem);
  return JSON.stringify(isInlined(problem) ? { ...named, ...needs } : named);
}

/** Whether a label carries all that the verifier needs: the server has to be given the other problems in a file. */
export function isInlined(problem: Problem): boolean {
  return JSON.stringify(neededBy(problem)).length <= MAX_INLINED;
}

/** A work list's verifier reads its prompt; all others read the gold answer alone. */
function neededBy({ kind, answer, options, prompt }: Problem): Partial<Problem> {
  return {
    ...(answer !== undefined && { answer }),
    ...(options && { options }),
    ...(kind === "worklist" && { prompt }),
  };
}

const labelSchema = z.object({
  id: z.string().min(1),
  problem: z.string().min(1).optional(),
  kind: z.enum(PROBLEM_KINDS).default("math"),
  domain: z.string().min(1).optional(),
  messages: z.int().min(0).default(0),
  right: z.int().min(0).optional(),
  answer: z.json().optional(),
  options: z.record(z.string(), z.json()).optional(),
  prompt: z.union([z.string(), z.array(z.looseObject({}))]).optional(),
});

/**
 * Read a label. The least that one needs is an id, and either an answer (of mathematics, unless there is a kind) or a
 * problem that the server knows.
 * @throws {LabelError}
 */
export function parseLabel(text: string): RewardLabel {
  const parsed = labelSchema.safeParse(jsonOf(text));
  if (!parsed.success) throw new LabelError(issueOf(parsed.error));
  const { id, problem = id, kind, domain = kind, messages, right, answer, options, prompt } = parsed.data;
  const label: RewardLabel = { id, problem, kind, domain, messages, ...(right !== undefined && { right }) };
  if (answer === undefined && prompt === undefined) return label;
  label.inlined = {
    prompt: (prompt as Problem["prompt"] | undefined) ?? "",
    ...(answer !== undefined && { answer }),
    ...(options && { options }),
  };
  return label;
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new LabelError("it is no JSON", { cause });
  }
}
