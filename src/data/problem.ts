import { z } from "zod";

/** How an answer is told right from wrong. */
export const PROBLEM_KINDS = [
  "math",
  "choice",
  "exact",
  "regex",
  "json-schema",
  "code",
  "judge",
  "worklist",
] as const;
export type ProblemKind = (typeof PROBLEM_KINDS)[number];

const textPart = z.object({ type: z.literal("text"), text: z.string() });
const imagePart = z.object({ type: z.literal("image_url"), image_url: z.object({ url: z.string().min(1) }) });

/** One turn as the OpenAI chat interface writes it, pictures included. */
export const chatMessageSchema = z.object({
  role: z.enum(["system", "developer", "user", "assistant"]),
  content: z.union([z.string(), z.array(z.discriminatedUnion("type", [textPart, imagePart])).min(1)]),
});
export type ChatMessage = z.infer<typeof chatMessageSchema>;

/** What is asked, and how an answer is recognised: one line of a data set, whatever its file looked like. */
export const problemSchema = z.object({
  /** Unique in its data set. */
  id: z.string().min(1),
  prompt: z.union([
    z.string().refine((text) => text.trim() !== "", "is empty"),
    z
      .array(chatMessageSchema)
      .refine((turns) => turns.some(({ role }) => role === "user"), "has no user turn"),
  ]),
  /** The gold answer; tests for code; absent where a judge alone decides. */
  answer: z.json().optional(),
  kind: z.enum(PROBLEM_KINDS),
  /** For the verifier. */
  options: z.record(z.string(), z.json()).optional(),
  /** Anything else worth keeping: topic, difficulty, source. */
  meta: z.record(z.string(), z.json()).optional(),
  /** Cached conclusions that came with the problem (PaCoRe-Train-8k's `responses`). */
  messages: z.array(z.string()).optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** The first thing that is wrong with a problem, in words: `prompt: is empty`. */
export function issueOf(error: z.ZodError): string {
  const [issue] = error.issues;
  if (!issue) return "invalid";
  return issue.path.length > 0 ? `${issue.path.map(String).join(".")}: ${issue.message}` : issue.message;
}
