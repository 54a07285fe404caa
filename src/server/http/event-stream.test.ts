import { expect, test, vi } from "vitest";
import { eventStream, sse } from "./event-stream.ts";

const patient = { keepAliveMs: 60_000, stallMs: 60_000, onLeave: () => {} };

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

test("a comment comes first, then the texts, then the end", async () => {
  async function* texts() {
    yield sse("1");
    yield sse("2", "named");
  }
  expect(await textOf(eventStream(texts(), patient))).toBe(
    ": keep-alive\n\ndata: 1\n\nevent: named\ndata: 2\n\n",
  );
});

test("silence is filled with comments", async () => {
  vi.useFakeTimers();
  try {
    let end = () => {};
    const quiet = new Promise<void>((resolve) => {
      end = resolve;
    });
    // biome-ignore lint/correctness/useYield: a source that is silent
    async function* texts(): AsyncGenerator<string> {
      await quiet;
    }
    const stream = eventStream(texts(), { ...patient, keepAliveMs: 1000 });
    await vi.advanceTimersByTimeAsync(3500);
    end();
    vi.useRealTimers();
    expect((await textOf(stream)).match(/keep-alive/g)).toHaveLength(4);
  } finally {
    vi.useRealTimers();
  }
});

test("a source that fails ends the stream without its words", async () => {
  async function* texts() {
    yield sse("1");
    throw new Error("secret");
  }
  expect(await textOf(eventStream(texts(), patient))).toBe(": keep-alive\n\ndata: 1\n\n");
});

test("no more is taken from the source than the reader has room for", async () => {
  let taken = 0;
  async function* texts() {
    for (;;) {
      taken++;
      yield "x".repeat(10_000);
    }
  }
  const onLeave = vi.fn();
  const stream = eventStream(texts(), { ...patient, onLeave });
  const reader = stream.getReader();
  await reader.read();
  await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBeLessThan(10);
  await reader.cancel();
  expect(onLeave).toHaveBeenCalledTimes(1);
});

test("a reader that takes nothing for too long has left", async () => {
  async function* texts() {
    for (;;) yield "x".repeat(10_000);
  }
  const left = Promise.withResolvers<Error>();
  eventStream(texts(), { ...patient, stallMs: 5, onLeave: left.resolve });
  expect((await left.promise).message).toContain("stopped reading");
});
