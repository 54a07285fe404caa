import { expect, test } from "vitest";
import { UsageScan } from "./usage-scan.ts";

const USAGE =
  '"usage": {"prompt_tokens": 7, "completion_tokens": 12, "prompt_tokens_details": {"cached_tokens": 3}, "completion_tokens_details": {"reasoning_tokens": 5}}';

function scan(text: string, { streaming = true, pieceBytes = 1000 } = {}) {
  const scanner = new UsageScan(streaming);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) scanner.push(bytes.subarray(at, at + pieceBytes));
  return scanner.usage();
}

test("usage is read off the end of an answer, however it is cut", () => {
  const text = `data: {"choices":[]}\n\n${"data: {}\n\n".repeat(3000)}data: {${USAGE}}\n\ndata: [DONE]\n\n`;
  for (const pieceBytes of [7, 100, 65_536]) {
    expect(scan(text, { pieceBytes })).toEqual({
      input: 7,
      cachedInput: 3,
      output: 12,
      reasoning: 5,
      text: 7,
      estimated: false,
    });
  }
});

test("what a model writes about usage is not usage", () => {
  const said = JSON.stringify({ choices: [{ message: { content: '"usage": {"completion_tokens": 999}' } }] });
  expect(scan(`${said.slice(0, -1)},${USAGE}}`, { streaming: false }).output).toBe(12);
  expect(scan(said, { streaming: false }).estimated).toBe(true);
});

test("without usage the events are counted", () => {
  const text = `${"data: {}\n\n".repeat(10)}data: {"finish":1}\n\ndata: [DONE]\n\n`;
  expect(scan(text, { pieceBytes: 10_000 })).toMatchObject({ output: 10, estimated: true });
});
