import { Command } from "commander";
import { expect, test, vi } from "vitest";
import { addEvalOptions } from "./eval-flags.ts";
import { modelReference } from "./model-reference.ts";
import { addSolveOptions } from "./solve-flags.ts";

const COMMANDS = [
  ["solve", addSolveOptions],
  ["eval", addEvalOptions],
] as const;

test.each(COMMANDS)("%s knows how to ask a model", (_, add) => {
  const asked = ["--model", "m", "--temperature", "0.5", "--max-tokens", "4k", "--call-timeout", "90s"];
  expect(add(new Command()).parse(asked, { from: "user" }).opts()).toMatchObject({
    model: "m",
    temperature: 0.5,
    maxTokens: 4000,
    callTimeout: 90_000,
  });
});

test.each(COMMANDS)("for %s the environment's model does not count beside --base-url", (_, add) => {
  vi.stubEnv("PACORE_MODEL", "openai:gpt-5");
  try {
    const command = add(new Command()).parse(["--base-url", "http://a/v1"], { from: "user" });
    expect(modelReference(command.opts())).toBe("http://a/v1");
    expect(modelReference(add(new Command()).parse([], { from: "user" }).opts())).toBe("openai:gpt-5");
  } finally {
    vi.unstubAllEnvs();
  }
});

test.each(COMMANDS)("%s takes several base URLs, repeated or with commas", (_, add) => {
  const urls = ["--base-url", "http://a/v1", "--base-url=http://b:8000/v1,http://c/v1", "--model", "m"];
  const flags = add(new Command()).parse(urls, { from: "user" }).opts();
  expect(modelReference(flags)).toBe("http://a/v1,http://b:8000/v1,http://c/v1#m");
});
