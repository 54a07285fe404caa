import { expect, test } from "vitest";
import { jsonListItems } from "./json-list.ts";

/** In chunks of so many bytes. */
async function itemsOf(text: string | Uint8Array, size: number) {
  const bytes = Buffer.from(text as string);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  return Array.fromAsync(jsonListItems(chunks()));
}

test.each([1, 2, 3, 7, 1000])("items are told apart wherever chunks of %i bytes end", async (size) => {
  const values = [{ a: [1, { b: '],}\\"[' }], c: "ü\u2028😀" }, 7, "x,y", [], null, { "\\": "\\" }];
  const items = await itemsOf(
    `\uFEFF \n[${values.map((value) => JSON.stringify(value)).join(" ,\n")}]\n`,
    size,
  );
  expect(items.map((item) => JSON.parse(item as string))).toEqual(values);
});

test("an empty array has no items", async () => {
  expect(await itemsOf(" [ ] ", 2)).toEqual([]);
});

test("an array that is cut short gives its whole items and says so", async () => {
  expect(await itemsOf('[{"a": 1}, {"a": "', 5)).toEqual([
    '{"a": 1}',
    { reason: "ends before the array does" },
  ]);
});

test("bytes that are no UTF-8 are one item's fault", async () => {
  const bytes = Buffer.concat([Buffer.from('["'), Buffer.from([0xff]), Buffer.from('", 2]')]);
  expect(await itemsOf(bytes, 100)).toEqual([{ reason: "is not UTF-8 text" }, " 2"]);
});
