import { expect, test } from "vitest";
import pickles from "./fixtures/pickles.json" with { type: "json" };
import { PickleError, readPickle } from "./pickle.ts";

const bytes = (base64: string) => Buffer.from(base64, "base64");
const list = [1, -5, 255, 256, 65536, -(2 ** 40), null, true, false];

test.each(Object.entries(pickles.plain))(
  "plain data pickled by Python with protocol %s is read",
  (_, packed) => {
    const value = readPickle(bytes(packed)) as Record<string, Record<string, unknown>>;
    expect(value.a).toEqual(list);
    expect(value.again).toEqual(list);
    expect(value.ü?.n).toBe("x".repeat(300));
  },
);

test("a key named __proto__ is a key like any other", () => {
  const value = readPickle(bytes(pickles.plain["4"])) as Record<string, object>;
  expect(Object.keys(value.ü as object)).toEqual(["n", "__proto__"]);
  expect(Object.getPrototypeOf(value.ü)).toBe(Object.prototype);
});

test.each(Object.entries(pickles.refused))(
  "a pickle that needs more than plain data is refused: %s",
  (_, packed) => {
    expect(() => readPickle(bytes(packed))).toThrow(PickleError);
  },
);

test("a pickle cut short anywhere is an error, never half a value", () => {
  const whole = bytes(pickles.plain["4"]);
  for (let length = 0; length < whole.length; length++) {
    expect(() => readPickle(whole.subarray(0, length))).toThrow(PickleError);
  }
});

test("a length beyond the end allocates nothing", () => {
  // BINUNICODE8 of 2^62 bytes.
  const hostile = Buffer.from([0x80, 4, 0x8d, 0, 0, 0, 0, 0, 0, 0, 0x40, 0x2e]);
  expect(() => readPickle(hostile)).toThrow("ends in the middle");
});
