/**
 * `pacore(model)` is a language model of the AI SDK: everything that takes a model takes it.
 *
 *   npx node examples/ai-sdk.ts
 */
import { generateText, streamText } from "ai";
import { sampleProblem } from "../src/embedded/worklist.ts";
import { pacore, resolveModel } from "../src/index.ts";

const model = pacore(await resolveModel("embedded"), { widths: [16, 4] });

const { text, usage, providerMetadata } = await generateText({ model, prompt: sampleProblem(0), seed: 0 });
console.log(`generateText: ${text}`);
console.log(
  `  ${usage.outputTokens} tokens in all rounds, ${usage.outputTokenDetails.textTokens} of them the answer`,
);
console.log(`  from ${providerMetadata?.pacore?.messages} conclusions`);

// The hidden rounds tell their progress as reasoning; a client that times out on silence stays.
const stream = streamText({ model, prompt: sampleProblem(1), seed: 0 });
for await (const part of stream.fullStream) {
  if (part.type === "text-start") process.stdout.write("\nstreamText: ");
  if (part.type === "reasoning-delta" || part.type === "text-delta") process.stdout.write(part.text);
}
process.stdout.write("\n");
