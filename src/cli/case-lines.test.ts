import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { caseLines } from "./case-lines.ts";

async function read(content: string | Buffer, maxChars?: number) {
  const folder = await mkdtemp(join(tmpdir(), "pacore-lines-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "cases.jsonl");
  await writeFile(path, content);
  return Array.fromAsync(caseLines(path, maxChars));
}

test("lines have their numbers; blank ones, a mark at the beginning and carriage returns do not count", async () => {
  expect(await read('\ufeff{"a":1}\r\n\r\n  \n{"b":2}')).toEqual([
    { number: 1, record: { a: 1 } },
    { number: 4, record: { b: 2 } },
  ]);
});

test("a line that is too long is passed over, and the next is read", async () => {
  const long = `{"gold":"${"x".repeat(300_000)}"}`;
  const lines = await read(`${long}\n{"a":1}\n${long}`, 1000);
  expect(lines).toEqual([
    { number: 1, fault: "longer than 1000 characters" },
    { number: 2, record: { a: 1 } },
    { number: 3, fault: "longer than 1000 characters" },
  ]);
});

test("only the numbers of the case itself are kept as text", async () => {
  expect(await read('{"gold":{"gold":1.0},"pred":1.50}')).toEqual([
    { number: 1, record: { gold: { gold: 1 }, pred: "1.50" } },
  ]);
});

test("a file in another encoding is refused", async () => {
  await expect(read(Buffer.from('{"a":1}', "utf16le"))).rejects.toThrow("save it as UTF-8");
});

test("what cannot be printed is not", async () => {
  expect(await read("\u0007x")).toEqual([{ number: 1, fault: expect.not.stringContaining("\u0007") }]);
});
