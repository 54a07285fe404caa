import { MockLanguageModelV4 } from "ai/test";
import { expect, test } from "vitest";
import {
  startUpstream,
  type Upstream,
  type UpstreamOptions,
  type UpstreamReply,
} from "../testing/upstream.ts";
import { diagnose, type Finding } from "./doctor.ts";

const GOOD: UpstreamOptions = {
  modelFields: { max_model_len: 131072 },
  models: {
    // Slow enough that calls at once overlap.
    "qwen3-8b": ({ seed }) => ({ reasoning: "17 and 25", content: `It is ${seed ?? 42}.`, chunkDelayMs: 5 }),
  },
};

async function examine(options: UpstreamOptions, fragment = "#qwen3-8b", env: Record<string, string> = {}) {
  await using upstream = await startUpstream(options);
  const findings = await Array.fromAsync(diagnose(upstream.url + fragment, { env, timeoutMs: 5000 }));
  const find = (check: Finding["check"]) => findings.find((finding) => finding.check === check);
  return { findings, find, calls: upstream.requests.length };
}

const answering = (reply: UpstreamReply): UpstreamOptions => ({ models: { "qwen3-8b": reply } });

test("a good endpoint passes every check for four calls", async () => {
  const { findings, calls } = await examine(GOOD);
  expect(findings.map(({ check, status }) => `${check} ${status}`)).toEqual([
    "reachable ok",
    "authorised ok",
    "model ok",
    "answers ok",
    "output-limit ok",
    "streaming ok",
    "usage ok",
    "reasoning ok",
    "context ok",
    "seed ok",
    "parallel ok",
  ]);
  expect(calls).toBe(4);
});

test("a server that is not there is found, and nothing further tried", async () => {
  const upstream = await startUpstream({});
  await upstream.close();
  const findings = await Array.fromAsync(diagnose("http://127.0.0.1:1/v1#m", { env: {} }));
  expect(findings).toEqual([
    expect.objectContaining({ check: "reachable", status: "fail", advice: expect.any(String) }),
  ]);
});

test("a missing and a wrong key are told apart, and neither is shown", async () => {
  const guarded = { ...GOOD, apiKey: "sk-right-key" };
  const missing = (await examine(guarded)).find("authorised");
  expect(missing).toMatchObject({ status: "fail", advice: expect.stringContaining("PACORE_API_KEY") });
  expect(missing?.detail).toMatch(/none is set/);
  const wrong = await examine(guarded, "#qwen3-8b", { PACORE_API_KEY: "sk-wrong-key" });
  expect(wrong.find("authorised")).toMatchObject({ status: "fail" });
  expect(JSON.stringify(wrong.findings)).not.toContain("sk-wrong-key");
});

test("a model that is not served is found, with the names it may have meant", async () => {
  const { find } = await examine(
    { models: { "Qwen/Qwen3-8B": { content: "42" }, "org/other": {} } },
    "#qwen3-8b",
  );
  expect(find("model")).toMatchObject({ status: "warn", advice: "Did you mean Qwen/Qwen3-8B?" });
});

test("without a name several models are listed", async () => {
  const { find, calls } = await examine({ models: { a: {}, b: {} } }, "");
  expect(find("model")).toMatchObject({ status: "fail", detail: expect.stringContaining("a, b") });
  expect(calls).toBe(0);
});

const CASES: [string, UpstreamReply, Finding["check"], Partial<Finding>][] = [
  [
    "a refused call",
    { status: 500, body: { error: { message: "no GPU" } } },
    "answers",
    { status: "fail", detail: expect.stringContaining("no GPU") },
  ],
  ["an empty answer", { content: "" }, "answers", { status: "fail" }],
  ["an early cut", { content: "It is", finishReason: "length" }, "output-limit", { status: "fail" }],
  ["a server that does not stream", { content: "4 2", ignoreStream: true }, "streaming", { status: "warn" }],
  ["missing usage", { content: "4 2", usage: false }, "usage", { status: "warn" }],
  [
    "thoughts in the text",
    { content: "<think>hm</think> 42" },
    "reasoning",
    { status: "warn", advice: expect.stringContaining("--reasoning-parser") },
  ],
  [
    "ignored seeds and temperature",
    { content: "always this" },
    "seed",
    { status: "warn", detail: expect.stringContaining("the same") },
  ],
  ["an untold context length", { content: "4 2" }, "context", { status: "skip" }],
];

test.each(CASES)("%s is found", async (_, reply, check, expected) => {
  expect((await examine(answering(reply))).find(check)).toMatchObject(expected);
});

test("seeds that are not honoured are found", async () => {
  let n = 0;
  const { find } = await examine({ models: { "qwen3-8b": () => ({ content: `a ${n++}` }) } });
  expect(find("seed")).toMatchObject({ status: "warn", detail: expect.stringContaining("Equal seeds") });
});

test("calls that are worked on one after the other are found", async () => {
  await using upstream: Upstream = await startUpstream({
    models: {
      m: async ({ id }) => {
        await upstream.until(({ requests }) =>
          requests.slice(0, id - 1).every((earlier) => earlier.finishedAt),
        );
        return { content: "a b c", chunkDelayMs: 10 };
      },
    },
  });
  const findings = await Array.fromAsync(diagnose(`${upstream.url}#m`, { env: {}, timeoutMs: 5000 }));
  expect(findings.find(({ check }) => check === "parallel")).toMatchObject({ status: "warn" });
});

test("a short context is a warning, a model that is no endpoint is examined by its answers", async () => {
  expect((await examine({ ...GOOD, modelFields: { max_model_len: 8192 } })).find("context")).toMatchObject({
    status: "warn",
  });
  const model = new MockLanguageModelV4({
    doStream: async () => {
      throw new Error("not today");
    },
  });
  const findings = await Array.fromAsync(diagnose(model));
  expect(findings).toEqual([{ check: "answers", status: "fail", detail: "not today" }]);
});

test("a reference that names nothing is a finding", async () => {
  expect(await Array.fromAsync(diagnose("gpt-4.1"))).toEqual([
    expect.objectContaining({ check: "reference", status: "fail" }),
  ]);
});

test("of several endpoints each is examined", async () => {
  await using a = await startUpstream(GOOD);
  await using b = await startUpstream({ ...GOOD, apiKey: "sk-right-key" });
  const findings = await Array.fromAsync(diagnose(`${a.url},${b.url}#qwen3-8b`, { env: {} }));
  expect(findings.find(({ endpoint, check }) => endpoint === b.url && check === "authorised")?.status).toBe(
    "fail",
  );
  expect(findings.find(({ endpoint, check }) => endpoint === a.url && check === "answers")?.status).toBe(
    "ok",
  );
});
