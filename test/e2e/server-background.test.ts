import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import OpenAI from "openai";
import { afterEach, expect, test } from "vitest";
import { startServer } from "../../src/server/index.ts";
import { startUpstream, type Upstream, type UpstreamRequest } from "../../src/testing/upstream.ts";
import { served } from "../support/served.ts";

type Event = OpenAI.Responses.ResponseStreamEvent;

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

async function newJournal(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pacore-server-"));
  folders.push(folder);
  return join(folder, "journal.db");
}

interface Life extends AsyncDisposable {
  client: OpenAI;
  child: ChildProcess;
  kill(): Promise<void>;
}

/** A server in a process of its own, that can be killed. */
async function live(upstream: Upstream, journal: string): Promise<Life> {
  const worker = new URL("../support/serve-worker.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [worker, `${upstream.url}#model`, journal], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [url] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line")) as [
    string,
  ];
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  };
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: "x", maxRetries: 0 });
  return { client, child, kill, [Symbol.asyncDispose]: kill };
}

/** Read events until `enough`, or the stream's end, however it comes. */
async function readUntil(
  stream: AsyncIterable<Event>,
  enough: (event: Event) => boolean = () => false,
): Promise<Event[]> {
  const events: Event[] = [];
  try {
    for await (const event of stream) {
      events.push(event);
      if (enough(event)) break;
    }
  } catch {
    // The server was killed.
  }
  return events;
}

const sequence = (events: readonly Event[]) => events.map(({ sequence_number }) => sequence_number);
const count = (n: number) => Array.from({ length: n }, (_, i) => i);
const isSynthesis = ({ body }: UpstreamRequest) => JSON.stringify(body.messages).includes("Reference");

async function settled(client: OpenAI, id: string): Promise<OpenAI.Responses.Response> {
  return expect
    .poll(() => client.responses.retrieve(id))
    .toMatchObject({ status: expect.stringMatching(/completed|failed|cancelled|incomplete/) })
    .then(() => client.responses.retrieve(id));
}

test("a background response returns at once and is there when it has ended", async () => {
  await using s = await served({ script: { content: "42", headersDelayMs: 20 } });
  const asked = await s.client.responses.create({ model: "model@2", input: "?", background: true });
  expect(asked.status).toBe("queued");
  const done = await settled(s.client, asked.id);
  expect(done).toMatchObject({ id: asked.id, status: "completed" });
  expect(done.output_text ?? "").toBe("42");
});

test("a stream that broke is taken up again after its last event", async () => {
  await using s = await served({ script: { content: "The answer is 42." } });
  const stream = await s.client.responses.create({
    model: "model@2",
    input: "?",
    background: true,
    stream: true,
  });
  const first = await readUntil(stream, ({ type }) => type === "response.reasoning_summary_part.added");
  const created = first[0] as { response: { id: string } };
  const last = first.at(-1)?.sequence_number as number;
  const query = { stream: true as const, starting_after: last };
  const rest = await readUntil(await s.client.responses.retrieve(created.response.id, query));
  expect(sequence([...first, ...rest])).toEqual(count(first.length + rest.length));
  expect(rest.at(-1)?.type).toBe("response.completed");
  const again = await readUntil(await s.client.responses.retrieve(created.response.id, query));
  expect(again).toEqual(rest);
});

test("cancel stops the upstream calls, delete forgets the response", async () => {
  await using s = await served({ script: { content: "a b c", chunkDelayMs: 60_000 } });
  const { id } = await s.client.responses.create({ model: "model@4", input: "?", background: true });
  await s.upstream.until(({ inFlight }) => inFlight === 4);
  const cancelled = await s.client.responses.cancel(id);
  expect(cancelled.status).toBe("cancelled");
  await s.upstream.until(({ inFlight }) => inFlight === 0);
  await s.client.responses.delete(id);
  await expect(s.client.responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  const plain = await s.client.responses.create({ model: "model@1", input: "?", store: true, stream: true });
  plain.controller.abort();
});

test("after kill -9 in the first round only the calls in flight are asked again", async () => {
  let slow = true;
  await using upstream = await startUpstream({
    script: (request) =>
      slow && request.id > 2 ? { content: "x", headersDelayMs: 60_000 } : { content: "It is 42." },
  });
  const journal = await newJournal();
  let id = "";
  {
    await using life = await live(upstream, journal);
    const headers = { "Idempotency-Key": "order-9" };
    ({ id } = await life.client.responses.create(
      { model: "model@4", input: "?", background: true },
      { headers },
    ));
    // A trajectory is counted when it is on disk.
    const metrics = async () => (await fetch(life.client.baseURL.replace(/v1$/, "metrics"))).text();
    await expect.poll(metrics).toContain('pacore_trajectories_total{model="model",outcome="finished"} 2');
    await upstream.until(({ inFlight }) => inFlight === 2);
    await life.kill();
  }
  slow = false;
  await using life = await live(upstream, journal);
  const done = await settled(life.client, id);
  expect(done.status).toBe("completed");
  // Four, of which two had finished; those two are not asked again; and the synthesis.
  expect(upstream.requests.length).toBe(4 + 2 + 1);
  expect(done).toHaveProperty("pacore.receipt.replayed", 2);
  const headers = { "Idempotency-Key": "order-9" };
  const retried = await life.client.responses.create(
    { model: "model@4", input: "?", background: true },
    { headers },
  );
  expect(retried.id).toBe(id);
});

test("after kill -9 in mid-answer the event stream goes on without a gap, and the answer is whole", async () => {
  let slow = true;
  await using upstream = await startUpstream({
    script: (request) =>
      isSynthesis(request)
        ? { content: "The answer is 42.", ...(slow && { fault: { after: 3, kind: "stall" } }) }
        : { content: "It is 42." },
  });
  const journal = await newJournal();
  let before: Event[] = [];
  {
    await using life = await live(upstream, journal);
    const stream = await life.client.responses.create({
      model: "model@2",
      input: "?",
      background: true,
      stream: true,
    });
    before = await readUntil(stream, ({ type }) => type === "response.output_text.delta");
    await life.kill();
  }
  slow = false;
  const { id } = (before[0] as { response: { id: string } }).response;
  await using life = await live(upstream, journal);
  const starting_after = before.at(-1)?.sequence_number as number;
  const after = await readUntil(await life.client.responses.retrieve(id, { stream: true, starting_after }));
  expect(sequence([...before, ...after])).toEqual(count(before.length + after.length));
  const last = after.at(-1);
  if (last?.type !== "response.completed") throw new Error(`ended with ${last?.type}`);
  const texts = last.response.output.flatMap((item) => (item.type === "message" ? item.content : []));
  expect(texts).toMatchObject([{ text: "The answer is 42." }]);
  expect(upstream.requests).toHaveLength(4);
});

test("a server that drains suspends its background responses, and takes them up again", async () => {
  let slow = true;
  const journal = await newJournal();
  await using upstream = await startUpstream({
    script: (request) =>
      slow && request.id > 1 ? { content: "x", headersDelayMs: 60_000 } : { content: "It is 42." },
  });
  const options = { upstreams: [`${upstream.url}#model`], journal, port: 0, log: "silent" as const };
  const first = await startServer(options);
  const client = new OpenAI({ baseURL: `${first.url}/v1`, apiKey: "x", maxRetries: 0 });
  const { id } = await client.responses.create({ model: "model@3", input: "?", background: true });
  await upstream.until(({ requests, inFlight }) => requests.length === 3 && inFlight === 2);
  await first.drain();
  await upstream.until(({ inFlight }) => inFlight === 0);
  slow = false;
  const second = await startServer(options);
  try {
    const later = new OpenAI({ baseURL: `${second.url}/v1`, apiKey: "x", maxRetries: 0 });
    const done = await settled(later, id);
    expect(done.status).toBe("completed");
    expect(done.output_text).toBe("It is 42.");
  } finally {
    await second.close();
  }
});
