import { expect, test } from "vitest";
import { keyFor } from "./keys.ts";
import { isEmbedded, parseReference } from "./reference.ts";

function endpoints(reference: string) {
  const parsed = parseReference(reference);
  if (parsed.kind !== "endpoints") throw new Error(`${parsed.kind}, not endpoints`);
  return { urls: parsed.urls.map(String), modelId: parsed.modelId };
}

test.each([
  ["http://localhost:8000/v1#m", "http://localhost:8000/v1", "m"],
  ["http://localhost:8000/v1", "http://localhost:8000/v1", undefined],
  ["http://localhost:8000/v1/#m", "http://localhost:8000/v1", "m"],
  ["http://localhost:8000#m", "http://localhost:8000/v1", "m"],
  ["localhost:8000/v1#m", "http://localhost:8000/v1", "m"],
  ["localhost#m", "http://localhost/v1", "m"],
  ["10.0.0.7:8000#m", "http://10.0.0.7:8000/v1", "m"],
  ["[::1]:8000/v1#m", "http://[::1]:8000/v1", "m"],
  ["gpu7:8000/v1#m", "http://gpu7:8000/v1", "m"],
  ["api.example.com/v1#m", "http://api.example.com/v1", "m"],
  ["https://api.example.com/v1/chat/completions#m", "https://api.example.com/v1", "m"],
  [
    "https://example.com/openai/deployments/x?api-version=1#m",
    "https://example.com/openai/deployments/x?api-version=1",
    "m",
  ],
  [" http://localhost:8000/v1#org/model:tag ", "http://localhost:8000/v1", "org/model:tag"],
])("%j is the endpoint %s", (reference, url, modelId) => {
  expect(endpoints(reference)).toEqual({ urls: [url], modelId });
});

test("several URLs for one model are separated by commas", () => {
  expect(endpoints("http://a:1/v1, b:2/v1,#m")).toEqual({
    urls: ["http://a:1/v1", "http://b:2/v1"],
    modelId: "m",
  });
});

test("other references are the embedded model, or a provider's", () => {
  expect(parseReference("embedded")).toEqual({ kind: "embedded" });
  expect(parseReference("embedded:runs/a b/policy")).toEqual({
    kind: "embedded",
    directory: "runs/a b/policy",
  });
  expect(parseReference("embedded:8000")).toEqual({ kind: "embedded", directory: "8000" });
  expect(parseReference("openai:gpt-5")).toEqual({ kind: "provider", provider: "openai", modelId: "gpt-5" });
  expect(parseReference("amazon-bedrock:us.x.y-v1:0")).toMatchObject({
    provider: "amazon-bedrock",
    modelId: "us.x.y-v1:0",
  });
});

test("a reference tells whether its model runs here", () => {
  expect(["embedded", " embedded ", "embedded:runs/policy"].map(isEmbedded)).toEqual([true, true, true]);
  expect(["embeddeds", "embedded-x:m", "http://h/v1#embedded"].map(isEmbedded)).toEqual([
    false,
    false,
    false,
  ]);
});

test.each(["", "embedded:", "gpt-4.1", "Qwen/Qwen3-8B", "ftp://host/v1", ":", "x:", "http://"])(
  "%j names no model, and the error tells what would",
  (reference) => {
    expect(() => parseReference(reference)).toThrow(/embedded.*http:\/\/localhost:8000\/v1#model/s);
  },
);

test("an error does not repeat credentials", () => {
  for (const reference of ["ftp://user:hunter2@host/v1", "http://user:hunter2@ho st/v1"]) {
    expect(() => parseReference(reference)).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining("hunter2") }),
    );
  }
});

test("a key is looked for by host and port, by host, and then in general", () => {
  const env = {
    PACORE_API_KEY: "general",
    PACORE_API_KEY_GPU_EXAMPLE_COM: "host",
    PACORE_API_KEY_GPU_EXAMPLE_COM_81: "port",
  };
  expect(keyFor(new URL("http://gpu.example.com:81/v1"), env)).toBe("port");
  expect(keyFor(new URL("http://gpu.example.com:82/v1"), env)).toBe("host");
  expect(keyFor(new URL("http://other:81/v1"), env)).toBe("general");
});

test("a vendor's key goes to that vendor only, and only encrypted", () => {
  const env = { OPENAI_API_KEY: "sk-openai" };
  expect(keyFor(new URL("https://api.openai.com/v1"), env)).toBe("sk-openai");
  for (const url of [
    "http://api.openai.com/v1",
    "https://api.openai.com.evil.com/v1",
    "http://localhost:8000/v1",
  ]) {
    expect(keyFor(new URL(url), env)).toBeUndefined();
  }
});
