import { afterEach, expect, test, vi } from "vitest";
import { redact } from "./redact.ts";

afterEach(() => vi.unstubAllEnvs());

test("what looks like a key goes, the rest stays", () => {
  expect(redact("Incorrect API key provided: sk-abcDEF123456.")).toBe(
    "Incorrect API key provided: [redacted].",
  );
  expect(redact("Authorization: Bearer abc.def-123=")).toBe("Authorization: [redacted]");
  expect(redact("connect http://user:pass@host/v1 failed")).toBe("connect http://[redacted]@host/v1 failed");
  expect(redact("the monkey-business model")).toBe("the monkey-business model");
});

test("the very value of a key in the environment goes, whatever it looks like", () => {
  vi.stubEnv("SOME_API_KEY", "plainwordvalue");
  expect(redact("upstream said plainwordvalue is wrong")).toBe("upstream said [redacted] is wrong");
});

test("long bodies are cut", () => {
  expect(redact("x".repeat(900))).toHaveLength(501);
});
