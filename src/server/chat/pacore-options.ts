import { z } from "zod";

/** The `pacore` object of a request: what coordination may do and cost. */
export const pacoreOptions = z.strictObject({
  widths: z
    .union([z.array(z.number().int().min(1)).max(64), z.string()])
    .optional()
    .describe("Trajectories per exploring round, as [32, 4], or low, medium, high; [] is one plain call."),
  budget: z
    .union([
      z.number().int().min(1),
      z.strictObject({ tokens: z.number().int().min(1).optional(), money: z.number().positive().optional() }),
    ])
    .optional()
    .describe("Most generated tokens of the whole run, or {tokens, money}."),
  deadline: z.number().positive().max(604_800).optional().describe("Seconds until the answer is due."),
  deadline_ms: z.number().positive().max(604_800_000).optional().describe("The same in milliseconds."),
  quorum: z.number().positive().optional().describe("Go on at this many conclusions, or this share below 1."),
  seed: z.number().int().optional().describe("Decides the order of messages and the seeds of all calls."),
  progress: z.boolean().optional().describe("Tell the hidden rounds' progress in the stream."),
  sampling: z.enum(["paper", "model"]).optional(),
  on_cut_off: z
    .enum(["retry", "drop", "keep-tail"])
    .optional()
    .describe(
      "A hidden trajectory without a conclusion: asked once more (default), left out, or its end used.",
    ),
  min_messages: z.number().int().min(1).optional(),
  max_retries: z.number().int().min(0).max(10).optional(),
  context_window: z.number().int().min(1).optional(),
});

export type PacoreOptions = z.infer<typeof pacoreOptions>;
