import { expect, test } from "vitest";
import { decode, encode } from "./codec.ts";

const roundTrip = (value: unknown) => decode(encode(value));

test("bytes come back as bytes, of a view only the part that is seen", () => {
  const bytes = new Uint8Array([9, 0, 255, 128, 7]).subarray(1, 4);
  const back = roundTrip({ content: [{ type: "file", data: { type: "data", data: bytes } }] });
  expect(back).toEqual({
    content: [{ type: "file", data: { type: "data", data: new Uint8Array([0, 255, 128]) } }],
  });
  expect(roundTrip(Buffer.from("abc"))).toEqual(new Uint8Array([97, 98, 99]));
  expect(roundTrip(new Uint8Array())).toEqual(new Uint8Array());
});

test("a URL comes back as a URL", () => {
  expect(roundTrip({ url: new URL("https://a.example/b?c") })).toEqual({
    url: new URL("https://a.example/b?c"),
  });
});

test("lone surrogates and every other character come back unchanged, through valid UTF-8", () => {
  const text = "\ud800 \udfff\u0000\u2028 🧮 \ufffd 漢字 \u0301";
  expect(encode({ text }).isWellFormed()).toBe(true);
  expect(roundTrip({ text })).toEqual({ text });
});

test("user data that looks like our tags stays what it is", () => {
  for (const value of [
    { "$pacore:bytes": "AAAA" },
    { "$pacore:url": "https://a.example" },
    { "$$pacore:bytes": "AAAA", other: 1 },
    { "$pacore:x": { "$pacore:bytes": new Uint8Array([1]) } },
    { text: "$pacore:bytes" },
    JSON.parse('{"__proto__": {"$pacore:y": 1}}'),
  ]) {
    expect(roundTrip(value)).toEqual(value);
  }
});

test("what JSON cannot say is refused, not dropped", () => {
  expect(() => encode({ tokens: 1n })).toThrow(TypeError);
});
