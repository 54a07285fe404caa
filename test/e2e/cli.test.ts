import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ChatRequest, chatServer, promptOf } from "./chat-server.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

/** Explorers disagree, whoever reads references answers. */
const scripted = ({ prompt, number }: ChatRequest) =>
  prompt.includes("Reference Responses:") ? "It is\n42." : `It is ${number}.`;

test("the answer alone goes to stdout, what happened to stderr", async () => {
  const { reference, requests } = await chatServer(scripted);
  const args = ["solve", "6 × 7?", "--model", reference, "--widths", "3,2", "--no-journal"];
  const { stdout, stderr, code } = await runCli(args);
  expect(stdout).toBe("It is\n42.\n");
  expect(stderr).toContain("round 1: done, 3 of 3 conclusions");
  expect(stderr).toMatch(/^total .*30/m);
  expect(code).toBe(0);
  expect(requests).toHaveLength(6);
});

test("--quiet prints nothing but the answer", async () => {
  const { reference } = await chatServer(scripted);
  const result = await runCli(["solve", "6 × 7?", "--model", reference, "--no-journal", "--quiet"]);
  expect(result).toEqual({ stdout: "It is\n42.\n", stderr: "", code: 0 });
});

test("--json is one event a line, deltas included, and nothing else", async () => {
  const { reference } = await chatServer(scripted);
  const args = ["solve", "6 × 7?", "--model", reference, "--widths", "2", "--no-journal", "--json"];
  const { stdout, stderr, code } = await runCli(args);
  const events = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  const count = (type: string) => events.filter((event) => event.type === type).length;
  expect(events[0]).toMatchObject({ type: "run-start", widths: [2] });
  expect(count("trajectory-end")).toBe(3);
  expect(count("trajectory-delta")).toBeGreaterThan(2);
  expect(events.at(-1)).toMatchObject({ type: "finish", result: { answer: "It is\n42." } });
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("the problem comes through a pipe, with or without a dash", async () => {
  const { reference, requests } = await chatServer(scripted);
  const args = ["--model", reference, "--widths", "none", "--no-journal"];
  await runCli(["solve", "-", ...args], { stdin: "first\n" });
  await runCli(["solve", ...args], { stdin: "second" });
  expect(requests.map(promptOf)).toEqual(["first\n", "second"]);
});

test("history, system prompt and options reach the model", async () => {
  const { url, requests } = await chatServer(scripted);
  const history = join(await temporaryFolder(), "h.json");
  await writeFile(
    history,
    JSON.stringify([
      { role: "user", content: "hi" },
      { role: "assistant", content: "ho" },
    ]),
  );
  const model = [
    "--base-url",
    url,
    "--model",
    "m",
    "--seed",
    "7",
    "--temperature",
    "0.5",
    "--max-tokens",
    "99",
  ];
  await runCli([
    "solve",
    "x",
    ...model,
    "--history",
    history,
    "--system",
    "Be brief.",
    "--widths",
    "none",
    "--no-journal",
  ]);
  expect(requests[0]?.body).toMatchObject({
    model: "m",
    seed: 7,
    temperature: 0.5,
    max_tokens: 99,
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: "hi" },
      { role: "assistant", content: "ho" },
      { role: "user", content: "x" },
    ],
  });
});

test("the model comes from the environment where it is not given", async () => {
  const { reference, requests } = await chatServer(scripted);
  const env = { PACORE_MODEL: reference, PACORE_API_KEY: "k-123456789" };
  expect((await runCli(["solve", "x", "--no-journal", "--widths", "none"], { env })).code).toBe(0);
  expect(requests[0]?.headers.authorization).toBe("Bearer k-123456789");
});

test("an answer that was cut off is printed, and said to be incomplete by the exit code", async () => {
  const { reference } = await chatServer(() => ({ content: "It is 4", finishReason: "length" }));
  const args = ["solve", "x", "--model", reference, "--widths", "none", "--no-journal", "--quiet"];
  const { stdout, stderr, code } = await runCli(args);
  expect(stdout).toBe("It is 4\n");
  expect(stderr).toBe("pacore: incomplete: the answer was cut off; raise --max-tokens.\n");
  expect(code).toBe(3);
});

test("an upstream that fails is one line, what to do, and no key", async () => {
  const key = "sk-abcdefghijklmnop";
  const { reference } = await chatServer(() => ({
    status: 401,
    body: { error: { message: `Wrong key ${key}` } },
  }));
  const args = ["solve", "x", "--model", reference, "--no-journal", "--quiet"];
  const { stdout, stderr, code } = await runCli(args, { env: { PACORE_API_KEY: key } });
  expect(stdout).toBe("");
  expect(stderr).toMatch(/^pacore: Round 1 gave no message/);
  expect(stderr).not.toContain(key);
  expect(stderr).not.toContain("    at ");
  expect(code).toBe(1);
});

test("with --json an error is a line too", async () => {
  const { reference } = await chatServer(() => ({ status: 401, body: { error: { message: "No." } } }));
  const { stdout, code } = await runCli(["solve", "x", "--model", reference, "--no-journal", "--json"]);
  const last = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "");
  expect(last).toMatchObject({ type: "error", name: "EmptyRoundError", exitCode: 1, finished: 0 });
  expect(code).toBe(1);
});

test("where no server listens, the error says so", async () => {
  const args = [
    "solve",
    "x",
    "--model",
    "http://127.0.0.1:9/v1#m",
    "--max-retries",
    "0",
    "--no-journal",
    "--quiet",
  ];
  const { stderr, code } = await runCli(args);
  expect(stderr).toMatch(/refused the connection; is the server running/);
  expect(code).toBe(1);
});

test("with --json bad input is a line too", async () => {
  const { stdout, stderr, code } = await runCli(["solve", "x", "--model", "nosuch:m", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ type: "error", name: "MissingProviderError", exitCode: 2 });
  expect(stderr).toBe("");
  expect(code).toBe(2);
});

test("a picture goes to the model with the problem, in every round", async () => {
  const { reference, requests } = await chatServer(() => "a cat");
  const picture = join(await temporaryFolder(), "cat");
  await writeFile(picture, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a]));
  await runCli([
    "solve",
    "What is it?",
    "--images",
    picture,
    "--model",
    reference,
    "--widths",
    "1",
    "--no-journal",
  ]);
  const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0K" } };
  expect(requests).toHaveLength(2);
  for (const { body } of requests) {
    expect(body.messages).toMatchObject([{ role: "user", content: [{ type: "text" }, image] }]);
  }
});

test("explorers may be another model than the one that answers", async () => {
  const { url, requests } = await chatServer(scripted);
  const models = ["--model", `${url}#strong`, "--explorer-model", `${url}#cheap`];
  await runCli(["solve", "x", ...models, "--widths", "2,1", "--no-journal"]);
  expect(requests.map(({ model }) => model)).toEqual(["cheap", "cheap", "cheap", "strong"]);
});

test("prices make the receipt say what it cost", async () => {
  const { reference } = await chatServer(scripted);
  const prices = ["--price-in", "1000000", "--price-out", "2000000"];
  const args = ["solve", "x", "--model", reference, "--widths", "1", "--no-journal", ...prices];
  // Two calls of 10 tokens in, 5 out.
  expect((await runCli(args)).stderr).toMatch(/^total .* 40\.00 /m);
});
