/**
 * A fast OpenAI-compatible server for benchmarks, on raw sockets and in its own process, so that the client is
 * what is measured. The model's name says what it does: `burst-2000` sends 2000 tokens at once,
 * `paced-2000-10` one every 10 ms. One event is one HTTP chunk, as real servers send them.
 */
import { createServer, type Socket } from "node:net";

const REASONING_SHARE = 0.8;
const TOKEN = " token";
const SLICE_BYTES = 64 * 1024;
const HEAD =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";

function event(json: unknown): Buffer {
  const bytes = Buffer.from(`data: ${typeof json === "string" ? json : JSON.stringify(json)}\n\n`);
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

function chunk(delta: object, finish_reason: string | null = null) {
  return {
    id: "chatcmpl-0123456789abcdef0123456789abcdef",
    object: "chat.completion.chunk",
    created: 1_760_000_000,
    model: "mock-reasoner-8b",
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  };
}

const eventsOf = memo((tokens: number) => {
  const reasoning = Math.round(tokens * REASONING_SHARE);
  const events = [event(chunk({ role: "assistant", content: "" }))];
  for (let i = 0; i < tokens; i++) {
    events.push(event(chunk(i < reasoning ? { reasoning_content: TOKEN } : { content: TOKEN })));
  }
  events.push(event(chunk({}, "stop")));
  const details = { completion_tokens_details: { reasoning_tokens: reasoning } };
  const usage = { prompt_tokens: 100, completion_tokens: tokens, total_tokens: tokens + 100, ...details };
  events.push(event({ ...chunk({}), choices: [], usage }), event("[DONE]"), Buffer.from("0\r\n\r\n"));
  return events;
});

const wholeOf = memo((tokens: number) => Buffer.concat([Buffer.from(HEAD), ...eventsOf(tokens)]));

function memo<T>(make: (tokens: number) => T): (tokens: number) => T {
  const made = new Map<number, T>();
  return (tokens) => {
    const value = made.get(tokens) ?? make(tokens);
    made.set(tokens, value);
    return value;
  };
}

function burst(socket: Socket, tokens: number): void {
  const bytes = wholeOf(tokens);
  let at = 0;
  const pump = () => {
    while (at < bytes.length && !socket.destroyed) {
      const flowing = socket.write(bytes.subarray(at, at + SLICE_BYTES));
      at += SLICE_BYTES;
      if (!flowing) {
        socket.once("drain", pump);
        return;
      }
    }
  };
  pump();
}

function paced(socket: Socket, tokens: number, intervalMs: number): void {
  const events = eventsOf(tokens);
  let next = 0;
  socket.write(HEAD);
  const timer = setInterval(() => {
    if (socket.destroyed || next >= events.length) clearInterval(timer);
    else socket.write(events[next++] as Buffer);
  }, intervalMs);
}

function answer(socket: Socket, body: string): void {
  const [, kind, tokens, interval] = /"model":\s*"(burst|paced)-(\d+)(?:-(\d+))?"/.exec(body) ?? [
    "",
    "burst",
    "50",
  ];
  if (kind === "burst") burst(socket, Number(tokens));
  else paced(socket, Number(tokens), Number(interval ?? 10));
}

function serve(socket: Socket): void {
  let received = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1");
    const head = received.indexOf("\r\n\r\n");
    const length = Number(/content-length:\s*(\d+)/i.exec(received)?.[1] ?? 0);
    if (head < 0 || received.length < head + 4 + length) return;
    const body = received.slice(head + 4, head + 4 + length);
    received = received.slice(head + 4 + length);
    answer(socket, body);
  });
}

const server = createServer({ noDelay: true }, serve);
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => {
  const address = server.address();
  if (typeof address === "object" && address) process.send?.(address.port);
});
process.on("disconnect", () => process.exit());
