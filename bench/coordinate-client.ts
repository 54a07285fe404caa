/** One contender of coordinate.ts, alone in its process so that its CPU time can be read. */
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { streamText } from "ai";
import { Agent } from "undici";
import { renderSynthesis, solve } from "../src/index.ts";
import { resolveModel } from "../src/upstream/index.ts";

const [contender = "", origin = "", modelId = "", problems = "50"] = process.argv.slice(2);
const PROBLEM = "What is 17 times 23?";

/** Bytes in, nothing parsed: no coordinator can be cheaper. */
function drain(): () => Promise<void> {
  const agent = new Agent({ connections: 1024 });
  const call = (prompt: string) =>
    new Promise<void>((resolve, reject) => {
      const messages = [{ role: "user", content: prompt }];
      agent.dispatch(
        {
          origin,
          path: "/v1/chat/completions",
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ model: modelId, messages, stream: true }),
        },
        {
          onRequestStart() {},
          onResponseStart() {},
          onResponseData() {},
          onResponseEnd: () => resolve(),
          onResponseError: (_, error) => reject(error),
        },
      );
    });
  return async () => {
    await Promise.all(Array.from({ length: 4 }, () => call(PROBLEM)));
    await call(renderSynthesis(PROBLEM, Array(4).fill(" token".repeat(400))));
  };
}

async function ours(): Promise<() => Promise<void>> {
  const model = await resolveModel(`${origin}/v1#${modelId}`, { concurrency: 1024 });
  return async () => {
    const { receipt } = await solve(model, PROBLEM, { widths: [4] });
    if (receipt.finished !== 5) throw new Error(`${receipt.finished} of 5 calls finished`);
  };
}

/** The same rounds with the AI SDK alone, streaming. */
function sdk(): () => Promise<void> {
  const model = createOpenAICompatible({ name: "bench", baseURL: `${origin}/v1`, includeUsage: true })(
    modelId,
  );
  return async () => {
    const texts = await Promise.all(
      Array.from({ length: 4 }, () => streamText({ model, prompt: PROBLEM }).text),
    );
    await streamText({ model, prompt: renderSynthesis(PROBLEM, texts) }).text;
  };
}

const contenders: Record<string, () => Promise<() => Promise<void>> | (() => Promise<void>)> = {
  drain,
  ours,
  sdk,
};
const once = await contenders[contender]?.();
if (!once) throw new Error(`no contender ${contender}`);
await once();
const before = process.cpuUsage();
const start = performance.now();
await Promise.all(Array.from({ length: Number(problems) }, once));
const { user, system } = process.cpuUsage(before);
process.send?.({ cpuMs: (user + system) / 1000, wallMs: performance.now() - start }, () => process.exit(0));
