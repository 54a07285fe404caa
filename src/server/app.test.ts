import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scriptedModel } from "../testing/scripted-model.ts";
import { createApp } from "./app.ts";
import type { ServerLog } from "./observe/log.ts";
import { Observer } from "./observe/observer.ts";
import type { TracingApi } from "./observe/run-spans.ts";
import { tracingWith } from "./observe/tracing.ts";
import { createService } from "./service.ts";
import type { ServerOptions } from "./settings.ts";

const model = () => scriptedModel(() => "42", { modelId: "m" });

async function app(options: ServerOptions = {}) {
  const service = await createService({ upstreams: [model()], log: "silent", ...options });
  const hono = createApp(service);
  const headers = { host: "localhost", "content-type": "application/json" };
  return {
    service,
    get: (path: string) => hono.request(path, { headers }),
    post: (path: string, body: unknown) =>
      hono.request(path, { method: "POST", headers, body: JSON.stringify(body) }),
    [Symbol.asyncDispose]: () => service.close(),
  };
}

const SECRET_PROMPT = "the treasure is under the oak";
const ask = { model: "m@2", messages: [{ role: "user", content: SECRET_PROMPT }] };

test("the API's own description names every route and the fields of requests", async () => {
  await using a = await app();
  const api = (await (await a.get("/openapi.json")).json()) as {
    paths: object;
    components: { schemas: Record<string, { properties: object; additionalProperties: boolean }> };
  };
  expect(Object.keys(api.paths)).toContain("/v1/chat/completions");
  const { ChatRequest, ResponseRequest } = api.components.schemas;
  expect(Object.keys(ChatRequest?.properties ?? {})).toEqual(
    expect.arrayContaining(["messages", "pacore", "tools"]),
  );
  expect(ChatRequest?.additionalProperties).toBe(false);
  expect(Object.keys(ResponseRequest?.properties ?? {})).toContain("background");
});

test("a log line has the run's id, and neither prompt nor answer", async () => {
  await using a = await app();
  const lines: unknown[] = [];
  const note = (...line: unknown[]) => void lines.push(line);
  const log = { debug: note, info: note, warn: note, error: note } as unknown as ServerLog;
  const { metrics, tracing } = a.service.observer;
  a.service.observer = new Observer(metrics, log, tracing);
  const response = await a.post("/v1/chat/completions", ask);
  const { id } = (await response.json()) as { id: string };
  const text = JSON.stringify(lines);
  expect(text).toContain(id);
  expect(text).toContain("run answered");
  expect(text).not.toContain("treasure");
});

test("spans: one a run, a round, a trajectory, each below the other", async () => {
  await using a = await app();
  const spans: { name: string; parent: unknown; attributes: Record<string, unknown>; ended: boolean }[] = [];
  const api = {
    trace: {
      getTracer: () => ({
        startSpan(name: string, { attributes }: { attributes: object }, parent: unknown) {
          const span = {
            name,
            parent,
            attributes: { ...attributes } as Record<string, unknown>,
            ended: false,
          };
          spans.push(span);
          return {
            ...span,
            setAttributes: (more: object) => Object.assign(span.attributes, more),
            setStatus: () => {},
            end: () => {
              span.ended = true;
            },
          };
        },
      }),
      setSpan: (_: unknown, span: { name: string }) => span.name,
    },
    context: { active: () => "root" },
  } as unknown as TracingApi;
  const { metrics, log } = a.service.observer;
  a.service.observer = new Observer(
    metrics,
    log,
    tracingWith(api, async () => {}),
  );
  await a.post("/v1/chat/completions", ask);
  expect(spans.map(({ name, parent }) => `${parent} > ${name}`)).toEqual([
    "root > invoke_agent pacore",
    "invoke_agent pacore > round 1",
    "round 1 > chat m",
    "round 1 > chat m",
    "invoke_agent pacore > round 2",
    "round 2 > chat m",
  ]);
  expect(spans.every(({ ended }) => ended)).toBe(true);
  expect(spans[0]?.attributes).toMatchObject({
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.usage.output_tokens": 3,
  });
  expect(JSON.stringify(spans)).not.toContain("treasure");
});

test("a key's spending survives a restart", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pacore-spending-"));
  try {
    const journal = join(folder, "j.db");
    const key = { id: "a", hash: Buffer.alloc(32), tokensPerDay: 100 };
    const wanted = { tokens: 60, money: undefined, price: undefined };
    {
      await using a = await app({ journal, keys: [key] });
      a.service.allowances.reserve(key, wanted).settle({ input: 1, cachedInput: 0, output: 60 });
    }
    await using b = await app({ journal, keys: [key] });
    expect(b.service.allowances.reserve(key, wanted).tokens).toBe(40);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("a server that drains is not ready, and takes no requests", async () => {
  await using a = await app();
  expect((await a.get("/readyz")).status).toBe(200);
  a.service.draining = true;
  expect((await a.get("/readyz")).status).toBe(503);
  const refused = await a.post("/v1/chat/completions", ask);
  expect(refused.status).toBe(503);
  expect(refused.headers.get("retry-after")).toBe("5");
  expect((await a.get("/healthz")).status).toBe(200);
});

test("every answer has a request id", async () => {
  await using a = await app();
  for (const path of ["/v1/models", "/v1/nothing", "/healthz"]) {
    expect((await a.get(path)).headers.get("x-request-id")).toMatch(/^req_/);
  }
});
