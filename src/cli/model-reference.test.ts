import { expect, test } from "vitest";
import { modelReference } from "./model-reference.ts";

test("nothing given means the embedded model", () => {
  expect(modelReference({}, {})).toBe("embedded");
  expect(modelReference({}, { PACORE_MODEL: "" })).toBe("embedded");
});

test("the environment's model is used where none is named, and no URL", () => {
  const env = { PACORE_MODEL: "openai:gpt-5" };
  expect(modelReference({}, env)).toBe("openai:gpt-5");
  expect(modelReference({ model: "embedded" }, env)).toBe("embedded");
  expect(modelReference({ baseUrl: "http://a/v1" }, env)).toBe("http://a/v1");
});

test("a base URL and a model id are one reference", () => {
  expect(modelReference({ baseUrl: "http://a/v1", model: "org/m" })).toBe("http://a/v1#org/m");
  expect(modelReference({ baseUrl: "http://a/v1, http://b/v1", model: "m" })).toBe(
    "http://a/v1,http://b/v1#m",
  );
});

test("a reference goes through as it is", () => {
  expect(modelReference({ model: "openai:gpt-5" })).toBe("openai:gpt-5");
});

test("a base URL may lack its scheme", () => {
  expect(modelReference({ baseUrl: "localhost:8000/v1", model: "m" })).toBe("http://localhost:8000/v1#m");
});

test.each([
  [{ baseUrl: "http://", model: "m" }, /not an http\(s\) URL/],
  [{ baseUrl: "ftp://a/v1", model: "m" }, /not an http\(s\) URL/],
  [{ baseUrl: "" }, /not an http\(s\) URL/],
  [{ baseUrl: "http://a/v1#m" }, /with --model/],
  [{ baseUrl: "http://a/v1", model: "embedded" }, /the id of a model it serves/],
  [{ model: " " }, /empty/],
  [{ model: "http://user:hunter22@host/v1#m" }, /leave keys and passwords out/],
  [{ model: "http://a/v1,http://b/v1?api_key=hunter22#m" }, /leave keys and passwords out/],
  [{ baseUrl: "user:hunter22@host/v1", model: "m" }, /leave keys and passwords out/],
])("%j is refused without repeating a secret", (flags, message) => {
  expect(() => modelReference(flags)).toThrow(message);
  expect(() => modelReference(flags)).not.toThrow(/hunter22/);
});
