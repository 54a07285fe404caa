import { spawn } from "node:child_process";
import { chmod, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { temporaryFolder } from "./run-cli.ts";

const ROOT = join(import.meta.dirname, "../..");
/** Makes Node take itself for an old one. */
const AS_NODE_20 = `data:text/javascript,${encodeURIComponent(
  'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.1.0" } })',
)}`;

async function run(args: readonly string[]) {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((resolve) => {
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { stdout, stderr, code };
}

/** A package of the entry alone, with what else it finds there. */
async function packageOf(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  const all = { "package.json": '{"type":"module"}', ...files };
  for (const [path, content] of Object.entries(all)) {
    await mkdir(join(folder, path, ".."), { recursive: true });
    await writeFile(join(folder, path), content);
    await chmod(join(folder, path), 0o755);
  }
  await mkdir(join(folder, "bin"), { recursive: true });
  await copyFile(join(ROOT, "bin/pacore.mjs"), join(folder, "bin/pacore.mjs"));
  return join(folder, "bin/pacore.mjs");
}

test("the command of the package says its version", async () => {
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  expect(await run([join(ROOT, "bin/pacore.mjs"), "--version"])).toEqual({
    stdout: `${version}\n`,
    stderr: "",
    code: 0,
  });
});

test("where nothing is built, it says how to build it", async () => {
  const { stderr, code } = await run([await packageOf({})]);
  expect(stderr).toContain("npm ci");
  expect(code).toBe(2);
});

test("an old Node without another at hand is told what is needed", async () => {
  const { stdout, stderr, code } = await run(["--import", AS_NODE_20, await packageOf({}), "--version"]);
  expect(stdout).toBe("");
  expect(stderr).toBe("pacore: Node 20.1.0 is too old; install Node 22.18 or later (https://nodejs.org).\n");
  expect(code).toBe(2);
});

const OWN_NODE = { "node_modules/node/package.json": '{"name":"node"}' };

test("an old Node hands over to the package's own, which decides the exit code", async () => {
  const bin = await packageOf({
    ...OWN_NODE,
    "node_modules/node/bin/node": '#!/bin/sh\necho "$@"\nexit 7\n',
  });
  const { stdout, code } = await run(["--import", AS_NODE_20, bin, "solve", "a b"]);
  expect(stdout).toBe(`${bin} solve a b\n`);
  expect(code).toBe(7);
});

test("a program whose launcher is killed learns of it", async () => {
  const bin = await packageOf({
    ...OWN_NODE,
    "node_modules/node/bin/node": `#!/bin/sh\nexec '${process.execPath}' "$@"\n`,
    "dist/cli/main.js": `export async function main() {
      process.on("disconnect", () => { console.log("left alone"); process.exit(); });
      console.log("ready");
    }`,
  });
  const launcher = spawn(process.execPath, ["--import", AS_NODE_20, bin], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  for await (const chunk of launcher.stdout) {
    output += chunk;
    if (output === "ready\n") launcher.kill("SIGKILL");
  }
  expect(output).toBe("ready\nleft alone\n");
});
