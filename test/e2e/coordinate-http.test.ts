import { expect, test } from "vitest";
import { problemOf } from "../../src/core/prompt-slot.ts";
import { solve, userPrompt } from "../../src/core/solve.ts";
import {
  memoryJournal,
  startUpstream,
  type Upstream,
  type UpstreamReply,
  type UpstreamRequest,
} from "../../src/testing/index.ts";
import { EndpointModel, resolveModel } from "../../src/upstream/index.ts";

async function modelAt(upstreams: Upstream[]): Promise<EndpointModel> {
  const model = await resolveModel(`${upstreams.map(({ url }) => url).join(",")}#any`, {
    env: {},
    idleTimeoutMs: 500,
  });
  if (!(model instanceof EndpointModel)) throw new Error("not an endpoint");
  return model;
}

const promptOf = ({ body }: UpstreamRequest) => {
  const messages = body.messages as { role: string; content: string }[];
  return messages.at(-1)?.content ?? "";
};
const good: UpstreamReply = { reasoning: "let me see", content: "It is 42. 🙂 마흔둘" };

/** Each of the first calls goes wrong in its own way. */
const WRONGS: UpstreamReply[] = [
  { status: 503, headers: { "retry-after": "0" }, body: { error: { message: "overloaded" } } },
  { status: 429, headers: { "retry-after-ms": "5" }, body: "<html>slow down</html>" },
  { ...good, fault: { after: 2, kind: "reset" } },
  { ...good, fault: { after: 2, kind: "end" } },
  { ...good, fault: { after: 2, kind: "stall" } },
  { ...good, fault: { after: 1, kind: { message: "out of memory", code: 500 } } },
  { ...good, finishReason: null },
  { reasoning: "so many cases", content: "", finishReason: "length" },
];

test("a round over a server that goes wrong in every way still has all its messages", async () => {
  let calls = 0;
  await using upstream = await startUpstream(() => WRONGS[calls++] ?? good);
  await using model = await modelAt([upstream]);
  const { answer, messages, receipt } = await solve(model, "x?", {
    widths: [WRONGS.length],
    retryDelayMs: 1,
  });
  expect(answer).toBe("It is 42. 🙂 마흔둘");
  expect(messages).toHaveLength(WRONGS.length);
  expect(receipt).toMatchObject({ failed: WRONGS.length - 1, cutOff: 1, finished: WRONGS.length + 1 });
  expect(receipt.tokens.wasted).toBeGreaterThan(0);
});

test("what a server sends in the reasoning never reaches another prompt", async () => {
  await using upstream = await startUpstream({
    reasoning: "SECRET",
    content: "<think>SECRET</think>\n\nopen",
  });
  await using model = await modelAt([upstream]);
  await solve(model, "x?", { widths: [3, 2] });
  const prompts = upstream.requests.map(promptOf);
  expect(prompts).toHaveLength(6);
  expect(prompts.join()).not.toContain("SECRET");
  expect(prompts[5]).toContain("Reference 2:\nopen\n");
});

// How soon, bench/streaming.ts measures: a busy machine's stalls are none of ours.
test("an abort closes every connection", async () => {
  await using upstream = await startUpstream({ ...good, fault: { after: 1, kind: "stall" } });
  await using model = (await resolveModel(`${upstream.url}#any`, { env: {} })) as EndpointModel;
  const controller = new AbortController();
  const run = solve(model, "x?", { widths: [32], abortSignal: controller.signal });
  await upstream.until(({ inFlight }) => inFlight === 32);
  controller.abort(new Error("enough"));
  await expect(run).rejects.toThrow("enough");
  await upstream.until(({ inFlight }) => inFlight === 0);
  expect(upstream.requests.every(({ cancelledAt }) => cancelledAt !== undefined)).toBe(true);
});

test("a round goes on when one of two servers dies in its middle", async () => {
  await using first = await startUpstream({ ...good, intervalMs: 5 } as UpstreamReply);
  await using second = await startUpstream(good);
  await using model = await modelAt([first, second]);
  const run = solve(model, "x?", { widths: [24], retryDelayMs: 1 });
  await Promise.race([first.until(({ inFlight }) => inFlight > 2), run]);
  await first.close();
  const { messages } = await run;
  expect(messages).toHaveLength(24);
});

test("the last round is streamed, the others are folded; history and system prompt stay", async () => {
  await using upstream = await startUpstream(good);
  await using model = await modelAt([upstream]);
  const prompt = [
    { role: "system" as const, content: "Be exact." },
    { role: "user" as const, content: [{ type: "text" as const, text: "earlier" }] },
    { role: "assistant" as const, content: [{ type: "text" as const, text: "yes" }] },
    ...userPrompt("x?"),
  ];
  const deltas: string[] = [];
  const { answer } = await solve(
    model,
    { prompt },
    {
      widths: [2],
      stream: true,
      onEvent: (event) => {
        if (event.type === "trajectory-delta" && event.part.type === "text-delta")
          deltas.push(event.part.delta);
      },
    },
  );
  expect(deltas.length).toBeGreaterThan(1);
  expect(deltas.join("")).toBe(answer);
  for (const { body } of upstream.requests) {
    expect(body.messages).toMatchObject([
      { role: "system", content: "Be exact." },
      { content: "earlier" },
      { content: "yes" },
      {},
    ]);
  }
});

test("neither keys nor headers of a call are in the journal", async () => {
  await using upstream = await startUpstream({ script: good, apiKey: "sk-top-secret-1234" });
  const model = await resolveModel(`${upstream.url}#any`, { env: {}, apiKey: "sk-top-secret-1234" });
  const journal = memoryJournal();
  const call = { prompt: userPrompt("x?"), headers: { "x-private": "hidden-value" } };
  await solve(model, call, { widths: [2], journal });
  expect(problemOf(call.prompt)).toBe("x?");
  expect(upstream.requests[0]?.headers["x-private"]).toBe("hidden-value");
  expect(JSON.stringify(journal.stored)).not.toMatch(/top-secret|hidden-value/);
});
