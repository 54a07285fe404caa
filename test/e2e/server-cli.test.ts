import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import OpenAI from "openai";
import { afterEach, expect, test } from "vitest";
import { startUpstream } from "../../src/testing/upstream.ts";

const MAIN = new URL("../../src/cli/main.ts", import.meta.url).href;
const messages = [{ role: "user" as const, content: "6 times 7?" }];
const children: ChildProcess[] = [];
const folders: string[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

function pacore(...args: string[]) {
  const script = `import(${JSON.stringify(MAIN)}).then((cli) => cli.main())`;
  const child = spawn(process.execPath, ["-e", script, "pacore", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  children.push(child);
  return child;
}

/** The URL that a server prints when it listens. */
async function urlOf(child: ChildProcess): Promise<string> {
  const [line] = (await once(createInterface({ input: child.stdout as NodeJS.ReadableStream }), "line")) as [
    string,
  ];
  return / on (\S+)$/.exec(line)?.[1] ?? "";
}

test("pacore serve answers with the embedded model out of the box, and ends on SIGTERM", async () => {
  const child = pacore("serve", "--port", "0", "--no-journal");
  const client = new OpenAI({ baseURL: await urlOf(child), apiKey: "none" });
  const { choices } = await client.chat.completions.create({ model: "embedded:low", messages });
  expect(choices[0]?.message.content).toContain("embedded model");
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  expect(await exit).toEqual([0, null]);
});

test("SIGTERM lets a running request end, a second one stops it", async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  await using upstream = await startUpstream({
    script: async () => {
      await gate;
      return { content: "42" };
    },
  });
  const serve = () => pacore("serve", "--upstream", `${upstream.url}#model`, "--port", "0", "--no-journal");
  const [patient, hasty] = [serve(), serve()];
  const exits = [patient, hasty].map((child) => once(child, "exit"));
  const clients = await Promise.all(
    [patient, hasty].map(
      async (child) => new OpenAI({ baseURL: await urlOf(child), apiKey: "none", maxRetries: 0 }),
    ),
  );
  const [answered, stopped] = clients.map((client) =>
    client.chat.completions.create({ model: "model@2", messages }),
  );
  await upstream.until(({ inFlight }) => inFlight === 4);
  const cut = expect(stopped).rejects.toThrow();
  for (const child of [patient, hasty]) child.kill("SIGTERM");
  await once(hasty.stderr, "data");
  hasty.kill("SIGTERM");
  await cut;
  expect(await exits[1]).toEqual([143, null]);
  open();
  expect((await answered)?.choices[0]?.message.content).toBe("42");
  expect(await exits[0]).toEqual([0, null]);
});

test("a key is made, put into a file, and asked for", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pacore-keys-"));
  folders.push(folder);
  const maker = pacore("serve", "--make-key", "alice");
  const [entry, told] = await Promise.all([text(maker.stdout), text(maker.stderr)]);
  const secret = /pk-\S+/.exec(told)?.[0] ?? "";
  expect(entry).not.toContain(secret);
  const file = join(folder, "keys.json");
  await writeFile(file, `{"keys": [${entry}]}`);
  const child = pacore("serve", "--api-keys", file, "--port", "0", "--no-journal", "--log-level", "debug");
  const log = text(child.stderr);
  const baseURL = await urlOf(child);
  const refused = new OpenAI({ baseURL, apiKey: "wrong", maxRetries: 0 });
  await expect(refused.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError);
  const client = new OpenAI({ baseURL, apiKey: secret });
  await client.chat.completions.create({ model: "embedded:low", messages });
  child.kill("SIGTERM");
  const lines = await log;
  expect(lines).toContain('"keyId":"alice"');
  expect(lines).not.toContain(secret);
  expect(lines).not.toContain("6 times 7");
});

test("an open door without keys is refused with what to do", async () => {
  const child = pacore("serve", "--host", "0.0.0.0", "--port", "0");
  const exit = once(child, "exit");
  expect(await text(child.stderr)).toMatch(/--api-keys FILE, or --no-auth/);
  expect(await exit).toEqual([2, null]);
});
