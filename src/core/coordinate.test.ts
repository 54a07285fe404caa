import { APICallError, type LanguageModelV4CallOptions } from "@ai-sdk/provider";
import { expect, test } from "vitest";
import { InvalidOptionError } from "../errors.ts";
import { type Reply, type Script, type ScriptedCall, scriptedModel } from "../testing/scripted-model.ts";
import { coordinate } from "./coordinate.ts";
import { EmptyRoundError, SynthesisError } from "./errors.ts";
import type { CoordinationEvent } from "./events.ts";
import type { CoordinateOptions } from "./options.ts";
import { NoProblemError, problemOf } from "./prompt-slot.ts";
import { solve, userPrompt } from "./solve.ts";
import { renderSynthesis } from "./synthesis.ts";

const promptText = (call: ScriptedCall | undefined) => problemOf(call?.prompt ?? []);
const fast: CoordinateOptions = { retryDelayMs: 0 };

function apiError(statusCode: number, headers: Record<string, string> = {}): APICallError {
  return new APICallError({
    message: `HTTP ${statusCode}`,
    url: "http://x",
    requestBodyValues: {},
    statusCode,
    responseHeaders: headers,
  });
}

async function run(
  script: Script,
  options: CoordinateOptions = {},
  call: Partial<LanguageModelV4CallOptions> = {},
) {
  const model = scriptedModel(script);
  const events: CoordinationEvent[] = [];
  const input = { prompt: userPrompt("x?"), ...call };
  const result = await solve(model, input, { ...fast, ...options, onEvent: (event) => events.push(event) });
  return { model, events, result };
}

test("[32, 4] makes 37 calls: x, then P(x, M) twice, and the last conclusion is the answer", async () => {
  const { model, result } = await run(({ number }) => ({ reasoning: "hm", text: `m${number}` }), {
    widths: "high",
  });
  expect(model.calls).toHaveLength(37);
  expect(model.calls.slice(0, 32).every((call) => promptText(call) === "x?")).toBe(true);
  const second = new Set(model.calls.slice(32, 36).map(promptText));
  expect(second.size).toBe(1);
  const [prompt = ""] = second;
  for (let i = 0; i < 32; i++) expect(prompt).toMatch(new RegExp(`Reference \\d+:\\nm${i}\\n`));
  expect(promptText(model.calls[36])).toBe(renderSynthesis("x?", result.messages));
  expect(result).toMatchObject({ answer: "m36", source: "synthesis" });
  expect(result.receipt).toMatchObject({
    finished: 37,
    ttc: 74,
    tokens: { input: 370, reasoning: 37, text: 37, wasted: 0 },
  });
  expect(result.receipt.costRatio).toBeCloseTo(37);
});

test("no widths is one plain call", async () => {
  const { model, result } = await run(() => "4", { widths: [] });
  expect(promptText(model.calls[0])).toBe("x?");
  expect(result).toMatchObject({ answer: "4", source: "single", messages: [] });
});

test("arrival does not matter: the same outputs give the same prompts, whoever made them and when", async () => {
  const prompts = new Set<string>();
  for (const order of [
    [30, 1, 20, 10],
    [1, 30, 10, 20],
  ]) {
    const { model } = await run(
      ({ number }) => ({ text: `m${order[number] ?? 0}`, delayMs: order[number] ?? 0 }),
      { widths: [4], seed: 7 },
    );
    prompts.add(promptText(model.calls[4]));
  }
  expect(prompts.size).toBe(1);
  const { model } = await run(({ number }) => `m${[30, 1, 20, 10][number]}`, { widths: [4], seed: 8 });
  expect(prompts).not.toContain(promptText(model.calls[4]));
});

test("every call has a seed of its own, the same in every run; without a seed none is sent", async () => {
  const seeds = async () =>
    (await run(() => "m", { widths: [3, 2], seed: 100 })).model.calls.map((call) => call.seed);
  const first = await seeds();
  expect(new Set(first).size).toBe(6);
  expect(await seeds()).toEqual(first);
  const { model } = await run(() => "m", { widths: [2] });
  expect(model.calls.map((call) => call.seed)).toEqual([undefined, undefined, undefined]);
});

test("temperature and top-p are the paper's unless the call has its own, or they are left to the model", async () => {
  const sampling = async (options: CoordinateOptions, call: Partial<LanguageModelV4CallOptions> = {}) => {
    const { model } = await run(() => "m", { widths: [], ...options }, call);
    return [model.calls[0]?.temperature, model.calls[0]?.topP];
  };
  expect(await sampling({})).toEqual([1, 1]);
  expect(await sampling({}, { temperature: 0.6 })).toEqual([0.6, 1]);
  expect(await sampling({ sampling: "model" })).toEqual([undefined, undefined]);
});

test("each round may have its own model", async () => {
  const cheap = scriptedModel(() => "c", { modelId: "cheap" });
  const { model, result } = await run(() => "strong", { widths: [3], models: [cheap] });
  expect([cheap.calls.length, model.calls.length, result.answer]).toEqual([3, 1, "strong"]);
});

test("hidden rounds see tools but no response format; the last round sees both", async () => {
  const tools = [{ type: "function" as const, name: "add", inputSchema: { type: "object" as const } }];
  const responseFormat = { type: "json" as const };
  const { model } = await run(
    () => "m",
    { widths: [1] },
    { tools, responseFormat, toolChoice: { type: "auto" } },
  );
  expect(model.calls.map((call) => [call.tools?.length, call.responseFormat?.type])).toEqual([
    [1, undefined],
    [1, "json"],
  ]);
  const stripped = await run(() => "m", { widths: [1], hidden: { tools: false } }, { tools });
  expect(stripped.model.calls.map((call) => call.tools?.length)).toEqual([undefined, 1]);
});

test("a tool call is carried as text, and returned as the real call in the end", async () => {
  const toolCalls = [{ toolName: "add", input: '{"a":1}' }];
  const { model, result } = await run(() => ({ toolCalls }), { widths: [2] });
  expect(promptText(model.calls[2])).toContain(
    '<tool_call>\n{"name": "add", "arguments": {"a":1}}\n</tool_call>',
  );
  expect(result.content).toEqual([{ type: "tool-call", toolCallId: "call-0", ...toolCalls[0] }]);
  expect(result.finishReason.unified).toBe("tool-calls");
});

test("K never shrinks silently: a failed call is asked again", async () => {
  const { model, events, result } = await run(
    ({ number }) => (number === 1 ? { error: apiError(503) } : "m"),
    { widths: [3] },
  );
  expect(model.calls).toHaveLength(5);
  expect(result.messages).toHaveLength(3);
  expect(result.receipt).toMatchObject({ failed: 1, retries: 1 });
  expect(events.filter((event) => event.type === "trajectory-retry")).toMatchObject([
    { index: 1, reason: "HTTP 503" },
  ]);
});

test("Retry-After is honoured, and one that is too long fails the trajectory", async () => {
  const busy =
    (ms: string): Script =>
    ({ number }) =>
      number === 0 ? { error: apiError(429, { "retry-after-ms": ms }) } : "m";
  const { events } = await run(busy("30"), { widths: [2] });
  expect(events.find((event) => event.type === "trajectory-retry")).toMatchObject({ delayMs: 30 });
  const { result } = await run(busy("999999"), { widths: [2] });
  expect(result.messages).toHaveLength(1);
});

test("a refused call is not asked again, and the round says what it lost", async () => {
  const { model, events, result } = await run(
    ({ number }) => (number === 0 ? { error: apiError(400) } : "m"),
    { widths: [3] },
  );
  expect(model.calls).toHaveLength(4);
  expect(events.find((event) => event.type === "trajectory-lost")).toMatchObject({
    round: 1,
    index: 0,
    reason: "HTTP 400",
  });
  expect(result.receipt.notes).toEqual(["round 1: trajectory 1 lost: HTTP 400"]);
  expect(result.receipt.rounds[0]).toMatchObject({ width: 3, effectiveWidth: 2 });
});

test("below minMessages the run ends in an error that keeps what finished", async () => {
  const script: Script = ({ number }) => (number < 2 ? { error: apiError(401) } : "m");
  const error = await run(script, { widths: [4], minMessages: 3 }).catch((e) => e);
  expect(error).toBeInstanceOf(EmptyRoundError);
  expect(error.message).toContain("only 2 of 4 messages");
  expect(error.finished).toHaveLength(2);
  expect(error.trajectories).toHaveLength(4);
  expect(error.cause.statusCode).toBe(401);
});

test("a last round that fails keeps the messages it had", async () => {
  const script: Script = ({ number }) => (number === 2 ? { error: apiError(400) } : "m");
  const error = await run(script, { widths: [2] }).catch((e) => e);
  expect(error).toBeInstanceOf(SynthesisError);
  expect(error.messages).toEqual(["m", "m"]);
  expect(error.trajectories).toHaveLength(3);
});

const cutOnce: Script = ({ number }): Reply =>
  number === 0 ? { reasoning: "so long", finish: "length" } : { reasoning: "hm", text: "m" };

test("a sample cut off inside its reasoning is asked again once, and its tokens are wasted", async () => {
  const { model, result } = await run(cutOnce, { widths: [2] });
  expect(model.calls).toHaveLength(4);
  expect(result.receipt).toMatchObject({ cutOff: 1, retries: 1, tokens: { wasted: 2 } });
  const always = await run(
    ({ prompt }) =>
      problemOf(prompt) === "x?" && Math.random() >= 0 ? { reasoning: "r", finish: "length" } : "m",
    { widths: [2] },
  ).catch((e) => e);
  expect(always).toBeInstanceOf(EmptyRoundError);
  expect(always.trajectories).toHaveLength(4);
});

test("or it is dropped, or its tail is kept: never forwarded silently", async () => {
  const dropped = await run(cutOnce, { widths: [2], onCutOff: "drop" });
  expect(dropped.result.messages).toEqual(["m"]);
  expect(dropped.result.receipt.notes).toEqual(["round 1: trajectory 1 lost: cut off before its conclusion"]);
  const kept = await run(cutOnce, { widths: [2], onCutOff: "keep-tail", tailCharacters: 4 });
  expect(kept.result.messages.toSorted()).toEqual(["long", "m"]);
  expect(kept.result.receipt).toMatchObject({ cutOff: 1 });
});

test("an answer that is cut off is empty, with the reason, and its reasoning is not passed off as text", async () => {
  const { result } = await run(
    ({ number }) => (number < 2 ? "m" : { text: "<think>half", finish: "length" }),
    { widths: [2] },
  );
  expect(result).toMatchObject({
    answer: "",
    finishReason: { unified: "length" },
    content: [{ type: "reasoning", text: "half" }],
  });
  expect(result.receipt.notes).toEqual(["round 2: the answer was cut off before its conclusion"]);
});

test("messages that do not fit the window are trimmed before the round is paid for, and it is said", async () => {
  const { model, events, result } = await run(() => "word ".repeat(200), { widths: [4], contextWindow: 700 });
  expect(events.find((event) => event.type === "messages-fitted")).toMatchObject({
    round: 2,
    policy: "trim-middle",
    trimmed: 4,
  });
  expect(promptText(model.calls[4]).length / 4).toBeLessThan(700);
  expect(result.receipt.notes[0]).toContain("4 messages trimmed");
});

test("a compaction of one's own makes the messages, and may be asynchronous", async () => {
  const { result } = await run(({ number }) => `long story ${number}`, {
    widths: [2],
    compact: async ({ content }) => (content[0]?.type === "text" ? (content[0].text.at(-1) ?? null) : null),
  });
  expect(result.messages.toSorted()).toEqual(["0", "1"]);
});

test("upstreams that do not count get an estimate, marked as one", async () => {
  const { result } = await run(() => ({ text: "some text here", tokens: null }), { widths: [1] });
  expect(result.receipt.tokens).toMatchObject({ output: 8, estimated: true });
});

test("money follows the prices", async () => {
  const price = { inputPerMillion: 1e6, outputPerMillion: 2e6, cachedInputPerMillion: 0 };
  const { result } = await run(() => ({ text: "m", inputTokens: 10, cachedTokens: 4 }), {
    widths: [1],
    price,
  });
  expect(result.receipt.money).toBe(2 * (6 + 2));
});

test("concurrency holds", async () => {
  const { model } = await run(() => ({ text: "m", delayMs: 2 }), { widths: [12], concurrency: 5 });
  expect(model.peakInFlight()).toBe(5);
});

test("bad options are refused by name before anything is paid", async () => {
  const model = scriptedModel(() => "m");
  for (const options of [
    { widths: [0] },
    { widths: "huge" },
    { quorum: -1 },
    { budgetMoney: 1 },
    { deadlineMs: 0 },
    { hedge: {} },
    { template: "{%" },
  ]) {
    await expect(solve(model, "x", options as CoordinateOptions)).rejects.toThrow(InvalidOptionError);
  }
  expect(model.calls).toHaveLength(0);
});

test("a prompt without a problem is refused before anything is paid", async () => {
  const model = scriptedModel(() => "m");
  const call = { prompt: [{ role: "system" as const, content: "Be exact." }] };
  await expect(solve(model, call, { widths: [2] })).rejects.toThrow(NoProblemError);
  expect(model.calls).toHaveLength(0);
});

test("a reader that leaves early cancels all calls", async () => {
  const model = scriptedModel(() => ({ text: "m", delayMs: 60_000 }));
  for await (const event of coordinate(model, { prompt: userPrompt("x") }, { widths: [8] })) {
    if (event.type === "trajectory-start" && event.index === 7) break;
  }
  expect(model.inFlight()).toBe(0);
});
