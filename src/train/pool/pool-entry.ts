import { basename, extname } from "node:path";
import { z } from "zod";
import { pacoreTrain } from "../../data/formats/pacore-train.ts";
import { fieldsOf } from "../../data/load.ts";
import { chatMessageSchema, issueOf, PROBLEM_KINDS, type Problem } from "../../data/problem.ts";
import { readJsonl } from "../../data/read-jsonl.ts";
import { isRejected, type Rejected, type Row, type RowOrRejected } from "../../data/rows.ts";
import { isShardHeader } from "./shard-header.ts";

/** A compact message m = C(ω) of the cached pool (§3.1). */
export interface PoolMessage {
  text: string;
  /** From 0 (wrong) to 1 (right); null: unscored, which is not wrong. */
  score: number | null;
}

/** A problem and the messages that were generated for it once, by the initial model. */
export interface PoolEntry {
  problem: Problem;
  messages: PoolMessage[];
}

/** One line of a pool file: PaCoRe-Train-8k's fields, and what it lacks. */
const lineSchema = z
  .object({
    id: z.string().min(1),
    conversation: z
      .array(chatMessageSchema)
      .refine((turns) => turns.some(({ role }) => role === "user"), "has no user turn"),
    responses: z.array(z.string()).default([]),
    ground_truth: z.json().optional(),
    kind: z.enum(PROBLEM_KINDS),
    scores: z.array(z.number().min(0).max(1).nullable()).optional(),
    options: z.record(z.string(), z.json()).optional(),
    meta: z.record(z.string(), z.json()).optional(),
  })
  .refine(({ responses, scores }) => !scores || scores.length === responses.length, {
    error: "has not one score a response",
    path: ["scores"],
  });

/**
 * A line as it was parsed from JSON. Released lines have neither id, kind nor scores: they get `fallbackId`, the kind
 * that their gold answer shows, and no score.
 * @throws {Error} with the reason.
 */
export function parsePoolEntry(value: Record<string, unknown>, fallbackId: string): PoolEntry {
  const parsed = lineSchema.safeParse("kind" in value ? value : withKind(value, fallbackId));
  if (!parsed.success) throw new Error(issueOf(parsed.error));
  const { id, conversation, responses, ground_truth: answer, kind, scores, options, meta } = parsed.data;
  const [only, second] = conversation;
  // A work list's verifier reads the prompt itself, which has to be what the problem's own file had.
  const plain = !second && typeof only?.content === "string" ? only.content : undefined;
  const problem: Problem = {
    id,
    prompt: plain ?? conversation,
    ...(answer !== undefined && { answer }),
    kind,
    ...(options && { options }),
    ...(meta && { meta }),
  };
  return { problem, messages: responses.map((text, i) => ({ text, score: scores?.[i] ?? null })) };
}

function withKind(value: Record<string, unknown>, fallbackId: string): Record<string, unknown> {
  if (!pacoreTrain.matches(value))
    throw new Error(
      `has neither a kind nor a conversation and a ground_truth (found: ${fieldsOf(value)}); pacore pool import reads other formats`,
    );
  const draft = pacoreTrain.read(value) as Record<string, unknown>;
  const { prompt, answer, kind, messages, id = fallbackId } = draft;
  const conversation = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  return { ...value, id, conversation, ground_truth: answer, kind, responses: messages };
}

/** The line of an entry, without its end. */
export function formatPoolEntry({ problem, messages }: PoolEntry): string {
  const { id, prompt, answer, kind, options, meta } = problem;
  return JSON.stringify({
    id,
    conversation: typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt,
    responses: messages.map(({ text }) => text),
    ...(answer !== undefined && { ground_truth: answer }),
    kind,
    scores: messages.map(({ score }) => score),
    ...(options && { options }),
    ...(meta && { meta }),
  });
}

export interface ReadPoolOptions {
  /** Told of every line that is no entry; the rest goes on. */
  onRejected?: (rejected: Rejected) => void;
  /** How a row is read; throws an error with the reason. Default: {@link parsePoolEntry}. */
  parse?: (row: Row, fallbackId: string) => PoolEntry;
}

/**
 * The entries of a pool file, in its order, one in memory at a time (and the ids so far: none may come twice). Also of a
 * released file, if it is JSON lines.
 * @throws if the file cannot be read.
 */
export function readPool(path: string, options: ReadPoolOptions = {}): AsyncGenerator<PoolEntry> {
  return poolEntries(readJsonl(path), options);
}

/** The entries among rows of any file. */
export async function* poolEntries(
  rows: AsyncIterable<RowOrRejected>,
  { onRejected, parse = ({ value }, id) => parsePoolEntry(value, id) }: ReadPoolOptions = {},
): AsyncGenerator<PoolEntry> {
  const lines = new Map<string, number>();
  for await (const row of rows) {
    if (isRejected(row)) {
      onRejected?.(row);
      continue;
    }
    const { file, line } = row;
    // A shard's first line is about the others.
    if (isShardHeader(row.value)) continue;
    let entry: PoolEntry;
    try {
      entry = parse(row, `${basename(file, extname(file))}-${line}`);
      const { id } = entry.problem;
      const first = lines.get(id);
      if (first !== undefined) throw new Error(`has the id ${id}, as ${file}:${first} has`);
      lines.set(id, line);
    } catch (error) {
      onRejected?.({ file, line, reason: (error as Error).message });
      continue;
    }
    yield entry;
  }
}

/** The pool's own messages take the place of those that came with the problem. */
export function withoutMessages({ messages: _, ...problem }: Problem): Problem {
  return problem;
}
