import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import fixtures from "../fixtures/synthesis-prompts.json" with { type: "json" };
import { runCli, temporaryFolder } from "./run-cli.ts";

async function files(problem: string | Buffer, messages: unknown) {
  const folder = await temporaryFolder();
  const problemFile = join(folder, "problem.txt");
  const messagesFile = join(folder, "messages.json");
  await writeFile(problemFile, problem);
  await writeFile(messagesFile, typeof messages === "string" ? messages : JSON.stringify(messages));
  return ["prompt", "--problem-file", problemFile, "--messages-file", messagesFile];
}

test.each(fixtures.map((fixture, i) => ({ i, ...fixture })))(
  "fixture $i of the reference's renderer, byte for byte",
  async ({ problem, messages, prompt }) => {
    const { stdout, stderr, code } = await runCli(await files(problem, messages));
    expect(stderr).toBe("");
    expect(Buffer.from(stdout)).toEqual(Buffer.from(prompt));
    expect(code).toBe(0);
  },
);

test("a problem keeps its byte order mark, its blanks and its line ends", async () => {
  const { stdout } = await runCli(await files("\ufeff  x \r\n\n", ["m"]));
  expect(stdout).toContain("Original Problem:\n\ufeff  x \r\n\n\n\nReference Responses:");
});

test("a template of the user's own", async () => {
  const args = await files("P", ["a", "b"]);
  const template = join(await temporaryFolder(), "t.jinja");
  await writeFile(template, "{{ original_prompt }}:{% for r in ref_responses %}[{{ r }}]{% endfor %}\n");
  expect((await runCli([...args, "--template", template])).stdout).toBe("P:[a][b]");
});

test.each([
  ["not an array", '{"a": 1}', /must be a JSON array of strings/],
  ["no strings", "[1]", /must be a JSON array of strings/],
  ["no JSON", "[", /is not valid JSON/],
])("messages that are %s are refused", async (_, messages, message) => {
  const { stdout, stderr, code } = await runCli(await files("x", messages));
  expect(stdout).toBe("");
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(2);
});

test("a problem that is not UTF-8 is refused", async () => {
  const { stderr, code } = await runCli(await files(Buffer.from([0x78, 0xff]), []));
  expect(stderr).toContain("is not UTF-8 text.");
  expect(code).toBe(2);
});
