import { expect, test } from "vitest";
import { chatServer } from "./chat-server.ts";
import { runCli } from "./run-cli.ts";

test("a server that works passes, check by check", async () => {
  const { reference } = await chatServer(() => ({ content: "391", reasoning: "17 times 23" }));
  const { stdout, stderr, code } = await runCli(["doctor", reference]);
  expect(stdout).toMatch(/^ok {4}reachable/m);
  expect(stdout).toMatch(/\d ok, \d warnings?, 0 failed\n$/);
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("a server that is not there fails, with what to do", async () => {
  const { stdout, code } = await runCli(["doctor", "m", "--base-url", "http://127.0.0.1:9/v1"]);
  expect(stdout).toMatch(/^FAIL {2}reachable .*\n +→ Start the server/m);
  expect(code).toBe(1);
});

test("a name that names no model is bad input", async () => {
  const { stdout, code } = await runCli(["doctor", "gpt", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ check: "reference", status: "fail" });
  expect(code).toBe(2);
});

test("the embedded model is asked for what it can do", async () => {
  const { stdout, code } = await runCli(["doctor"]);
  expect(stdout).toMatch(/^ok {4}answers +It answers a work list/m);
  expect(stdout).toMatch(/0 failed\n$/);
  expect(code).toBe(0);
});
