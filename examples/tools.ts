/**
 * An agent whose every decision is made by parallel coordinated reasoning: the tool calls that trajectories
 * propose are read by the next round as text, and the last round makes a real one (Appendix B). Needs a model
 * that calls tools.
 *
 *   PACORE_MODEL=http://localhost:8000/v1#my-model npx node examples/tools.ts "What is 123456789 × 987654321?"
 */
import { generateText, isStepCount, tool } from "ai";
import { z } from "zod";
import { pacore, resolveModel } from "../src/index.ts";

const reference = process.env.PACORE_MODEL;
if (!reference)
  throw new Error("Name a model that calls tools: PACORE_MODEL=http://localhost:8000/v1#my-model");

const multiply = tool({
  description: "Multiply two integers exactly.",
  inputSchema: z.object({ a: z.string(), b: z.string() }),
  execute: async ({ a, b }) => String(BigInt(a) * BigInt(b)),
});

const { text, steps } = await generateText({
  model: pacore(await resolveModel(reference), { widths: "low" }),
  prompt: process.argv[2] ?? "What is 123456789 × 987654321?",
  tools: { multiply },
  stopWhen: isStepCount(5),
});

for (const { toolCalls } of steps) {
  for (const { toolName, input } of toolCalls) console.log(`${toolName}(${JSON.stringify(input)})`);
}
console.log(text);
