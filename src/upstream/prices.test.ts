import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parsePrice, readPrices } from "./prices.ts";

async function file(text: string): Promise<string> {
  const path = join(await mkdtemp(join(tmpdir(), "pacore-prices-")), "prices.json");
  await writeFile(path, text);
  return path;
}

test("prices come in pairs", () => {
  expect(parsePrice()).toBeUndefined();
  expect(parsePrice("0.5", "$1.5")).toEqual({ inputPerMillion: 0.5, outputPerMillion: 1.5 });
  expect(parsePrice("1", "2", "0.1")).toMatchObject({ cachedInputPerMillion: 0.1 });
  expect(() => parsePrice("1")).toThrow(/--price-out/);
  expect(() => parsePrice(undefined, "1")).toThrow(/--price-in/);
});

test.each(["", "abc", "-1", "Infinity", "NaN"])("%j is no price", (text) => {
  expect(() => parsePrice(text, "1")).toThrow(/per million/);
});

test("a file holds prices by model", async () => {
  const prices = await readPrices(
    await file('{"m": {"in": 1, "out": 2}, "n": {"in": 0, "out": 0, "cached": 0}}'),
  );
  expect(prices.get("m")).toEqual({ inputPerMillion: 1, outputPerMillion: 2 });
  expect(prices.get("n")).toMatchObject({ cachedInputPerMillion: 0 });
});

test.each([
  "",
  "[]",
  '{"m": {"in": 1}}',
  '{"m": {"in": -1, "out": 1}}',
  '{"m": {"in": 1, "out": 1, "cach": 1}}',
])("the file %j is refused with its name", async (text) => {
  await expect(readPrices(await file(text))).rejects.toThrow(/prices\.json/);
});

test("a file that is missing is refused", async () => {
  await expect(readPrices("/nonexistent/prices.json")).rejects.toThrow(/cannot be read/);
});
