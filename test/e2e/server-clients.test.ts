import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { served } from "../support/served.ts";

const CHAT = "/v1/chat/completions";
const ask = { model: "model@2", messages: [{ role: "user" as const, content: "6 times 7?" }] };

/** What a server says to these bytes until it closes the connection. */
async function raw(port: number, request: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(request);
  return text(socket);
}

const http10 = (path: string, body?: object) => {
  const json = JSON.stringify(body);
  return body
    ? `POST ${path} HTTP/1.0\r\nContent-Length: ${json.length}\r\n\r\n${json}`
    : `GET ${path} HTTP/1.0\r\n\r\n`;
};

test("a client of HTTP/1.0, without a Host, gets its answers", async () => {
  await using s = await served();
  const port = Number(new URL(s.server.url).port);
  expect(await raw(port, http10("/healthz"))).toMatch(/^HTTP\/1\.1 200 [\s\S]*\{"status":"ok"\}$/);
  expect(await raw(port, http10(CHAT, ask))).toContain('"object":"chat.completion"');
});

test.each(["model", "model@2"])("a stream of %s to HTTP/1.0 has no chunks of HTTP/1.1", async (model) => {
  await using s = await served();
  const port = Number(new URL(s.server.url).port);
  const answer = await raw(port, http10(CHAT, { ...ask, model, stream: true }));
  expect(answer).toContain("text/event-stream");
  expect(answer.toLowerCase()).not.toContain("transfer-encoding");
  expect(answer).toMatch(/\n\ndata: \[DONE\]\n\n$/);
});

test.each([
  ["GET", CHAT, "POST"],
  ["PUT", "/v1/models", "GET, HEAD"],
  ["PATCH", "/v1/responses/resp_1", "GET, DELETE, HEAD"],
  ["POST", "/healthz", "GET, HEAD"],
])("%s %s is a 405 that names what is allowed", async (method, path, allow) => {
  await using s = await served();
  const response = await fetch(s.server.url + path, { method });
  expect(response.status).toBe(405);
  expect(response.headers.get("allow")).toBe(allow);
  expect(await response.json()).toMatchObject({ error: { code: "method_not_supported", param: null } });
});

test("a slash at the end is the same address", async () => {
  await using s = await served();
  expect((await s.post(`${CHAT}/`, ask)).status).toBe(200);
  expect((await fetch(`${s.server.url}/v1/models/`)).status).toBe(200);
});

test("a body that breaks off is no failure of the server", async () => {
  await using s = await served();
  const socket = connect(Number(new URL(s.server.url).port), "127.0.0.1");
  socket.write(`POST ${CHAT} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`);
  socket.resume();
  await once(socket, "close");
  const metrics = await (await fetch(`${s.server.url}/metrics`)).text();
  expect(metrics).not.toMatch(/status="5/);
  expect(metrics).toMatch(/status="499"/);
});

test("a cap too low for any conclusion is the client's to raise", async () => {
  await using s = await served({ script: { content: "It is", finishReason: "length" } });
  const response = await s.post(CHAT, { ...ask, max_tokens: 2 });
  expect(response.status).toBe(400);
  const { error } = (await response.json()) as { error: { message: string; code: string } };
  expect(error.code).toBe("output_limit_reached");
  expect(error.message).toMatch(/higher max_tokens/);
});

test("a model's coordinated names are there as far as they are allowed", async () => {
  await using s = await served({}, { maxWidth: 16 });
  const known = async (id: string) => (await fetch(`${s.server.url}/v1/models/${id}`)).status;
  expect([await known("model"), await known("model:medium"), await known("model@16,2")]).toEqual([
    200, 200, 200,
  ]);
  expect([await known("model:high"), await known("model@17"), await known("model:fast")]).toEqual([
    404, 404, 404,
  ]);
  const { data } = await s.client.models.list();
  expect(data.map(({ id }) => id)).toEqual(["model", "model:low", "model:medium"]);
});

test("the client's own pages of input items hold all of them", async () => {
  await using s = await served();
  const input = ["first", "second", "third"].map((content) => ({ role: "user" as const, content }));
  const { id } = await s.client.responses.create({ model: "model@2", input });
  const texts: unknown[] = [];
  for await (const item of s.client.responses.inputItems.list(id, { limit: 2, order: "asc" })) {
    expect(item).toMatchObject({ type: "message", role: "user", status: "completed" });
    texts.push((item as { content: { text: string }[] }).content[0]?.text);
  }
  expect(texts).toEqual(["first", "second", "third"]);
  const wrong = await fetch(`${s.server.url}/v1/responses/${id}/input_items?limit=0`);
  expect(await wrong.json()).toMatchObject({ error: { param: "limit" } });
});

test("a streamed answer that meets the cap ends as length, and is not asked for twice", async () => {
  await using s = await served({
    script: ({ body }) =>
      JSON.stringify(body.messages).includes("Reference")
        ? { content: "The answer is", finishReason: "length" }
        : { content: "It is 42." },
  });
  const stream = await s.client.chat.completions.create({
    model: "model@2",
    messages: ask.messages,
    stream: true,
  });
  let content = "";
  let finish: string | null | undefined;
  for await (const { choices } of stream) {
    content += choices[0]?.delta.content ?? "";
    finish = choices[0]?.finish_reason;
  }
  expect([content, finish]).toEqual(["The answer is", "length"]);
  expect(s.upstream.requests).toHaveLength(3);
});
