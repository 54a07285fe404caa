import { expect, test } from "vitest";
import { startUpstream } from "./upstream.ts";

async function ask(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/chat/completions`, { method: "POST", headers, body: JSON.stringify(body) });
}

const BODY = { model: "m", messages: [{ role: "user", content: "Hi" }] };

async function answer(url: string, seed?: number): Promise<string> {
  const reply = (await (await ask(url, { ...BODY, seed })).json()) as {
    choices: [{ message: { content: string } }];
  };
  return reply.choices[0].message.content;
}

test("the default answer depends on messages and seed, and on nothing else", async () => {
  await using a = await startUpstream();
  await using b = await startUpstream();
  expect(await answer(a.url, 1)).toBe(await answer(b.url, 1));
  expect(await answer(a.url, 1)).not.toBe(await answer(a.url, 2));
});

test("a script may look at the request, and models may have their own", async () => {
  await using upstream = await startUpstream({
    script: ({ body }) => ({ content: `${(body.messages as unknown[]).length} messages` }),
    models: { special: { content: "special" } },
  });
  expect(await answer(upstream.url)).toBe("1 messages");
  const reply = await ask(upstream.url, { ...BODY, model: "special" });
  expect(await reply.text()).toContain("special");
  const models = (await (await fetch(`${upstream.url}/models`)).json()) as { data: { id: string }[] };
  expect(models.data.map(({ id }) => id)).toEqual(["special"]);
});

test("requests and connections are on record, the broken ones too", async () => {
  await using upstream = await startUpstream({ content: "a b c", fault: { after: 2, kind: "stall" } });
  const controller = new AbortController();
  const response = await fetch(`${upstream.url}/chat/completions`, {
    method: "POST",
    body: JSON.stringify({ ...BODY, stream: true, seed: 5 }),
    signal: controller.signal,
  });
  expect(upstream).toMatchObject({ inFlight: 1, peak: 1, openConnections: 1 });
  expect(upstream.requests[0]).toMatchObject({ id: 1, model: "m", seed: 5, body: { stream: true } });
  await response.body?.getReader().read();
  controller.abort();
  await upstream.until(({ openConnections }) => openConnections === 0);
  expect(upstream.requests[0]?.cancelledAt).toBeGreaterThan(
    upstream.requests[0]?.at ?? Number.POSITIVE_INFINITY,
  );
  expect(upstream.requests[0]?.finishedAt).toBeUndefined();
});

test("a key can be asked for", async () => {
  await using upstream = await startUpstream({ apiKey: "k" });
  expect((await ask(upstream.url, BODY)).status).toBe(401);
  expect((await ask(upstream.url, BODY, { authorization: "Bearer k" })).status).toBe(200);
});

test("a body that is no JSON, and a path that is none, are answered", async () => {
  await using upstream = await startUpstream();
  expect((await fetch(`${upstream.url}/chat/completions`, { method: "POST", body: "{" })).status).toBe(200);
  expect((await fetch(`${upstream.url}/other`)).status).toBe(404);
});
