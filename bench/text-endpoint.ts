/**
 * An OpenAI-compatible server for benchmarks, in a process of its own: `text-endpoint.ts [port]`. It answers with texts
 * of real sizes: some 6 KB of reasoning, then a conclusion of 1.5 KB with a boxed number that the prompt and the seed
 * decide. One event holds 16 tokens, as vLLM's `--stream-interval 16`. It reports how many calls it answered when
 * asked.
 */
import { hash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import { seededRandom } from "../src/core/random.ts";

const [REASONING_EVENTS, CONCLUSION_EVENTS] = [96, 24];
const TOKENS_AN_EVENT = 16;
const VARIANTS = 64;

let [calls, answered] = [0, 0];

function event(delta: object, finish_reason: string | null = null): string {
  const chunk = {
    id: "chatcmpl-0123456789abcdef",
    object: "chat.completion.chunk",
    created: 1_760_000_000,
    model: "m",
    choices: [{ index: 0, delta, finish_reason }],
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

const words = (random: () => number) =>
  Array.from({ length: 10 }, () => Math.floor(random() * 36 ** 5).toString(36)).join(" ");

const variants = Array.from({ length: VARIANTS }, (_, i) => {
  const random = seededRandom(i);
  const reasoning = Array.from({ length: REASONING_EVENTS }, () =>
    event({ reasoning_content: `${words(random)} ` }),
  );
  const conclusion = Array.from({ length: CONCLUSION_EVENTS }, () => event({ content: `${words(random)} ` }));
  return Buffer.from([event({ role: "assistant", content: "" }), ...reasoning, ...conclusion].join(""));
});

const completion_tokens = (REASONING_EVENTS + CONCLUSION_EVENTS) * TOKENS_AN_EVENT;
const usage = { prompt_tokens: 300, completion_tokens, total_tokens: completion_tokens + 300 };
const END = `${event({}, "stop")}data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`;

function answer(body: string, response: ServerResponse): void {
  const { messages, seed = 0 } = JSON.parse(body) as { messages: { content: unknown }[]; seed?: number };
  const number = Number.parseInt(hash("sha1", JSON.stringify([messages, seed])).slice(0, 8), 16);
  // A problem is as hard as its text says: from never to always right.
  const ease = Number.parseInt(hash("sha1", JSON.stringify(messages)).slice(0, 4), 16) / 0xffff;
  const boxed = (number % 1000) / 1000 < ease ? 42 : number % 97;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(variants[number % VARIANTS] as Buffer);
  response.end(event({ content: `\\boxed{${boxed}}` }) + END, () => answered++);
}

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (chunk) => {
    body += chunk;
  });
  request.on("end", () => {
    if (request.url?.endsWith("/models"))
      return response.end(JSON.stringify({ data: [{ id: "m", object: "model" }] }));
    calls++;
    answer(body, response);
  });
});
server.keepAliveTimeout = 60_000;
server.listen({ port: Number(process.argv[2] ?? 0), host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  if (typeof address === "object" && address) process.send?.({ port: address.port });
});
process.on("message", () => process.send?.({ calls, answered }));
process.on("disconnect", () => process.exit());
