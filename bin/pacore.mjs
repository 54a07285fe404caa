#!/usr/bin/env node
// Plain JavaScript for every Node: it finds one that is new enough, then the program.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const LEAST_NODE = [22, 18];

function isNewEnough(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
}

/** The Node that the project brings along as a development dependency. */
function ownNode() {
  try {
    const folder = createRequire(import.meta.url).resolve("node/package.json");
    const file = fileURLToPath(
      new URL(process.platform === "win32" ? "bin/node.exe" : "bin/node", `file://${folder}`),
    );
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** The same command under another Node; its signals and its exit are ours. */
async function handOver(node) {
  const { spawn } = await import("node:child_process");
  // The channel tells the child if we are killed: it would else go on, and go on paying.
  const child = spawn(node, process.argv.slice(1), { stdio: ["inherit", "inherit", "inherit", "ipc"] });
  // A terminal sends Ctrl-C to both; the child decides when to end.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`pacore: cannot start ${node}: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

async function start() {
  const built = new URL("../dist/cli/main.js", import.meta.url);
  const source = new URL("../src/cli/main.ts", import.meta.url);
  const program = existsSync(built) ? built : source;
  if (!existsSync(program)) {
    process.stderr.write(
      "pacore: the program is not built; run `npm ci` (or `npm run build`) in its folder.\n",
    );
    process.exit(2);
  }
  const { main } = await import(program.href);
  await main();
}

if (isNewEnough(process.versions.node)) {
  await start();
} else {
  const node = ownNode();
  if (node) {
    await handOver(node);
  } else {
    process.stderr.write(
      `pacore: Node ${process.versions.node} is too old; install Node ${LEAST_NODE.join(".")} or later ` +
        "(https://nodejs.org).\n",
    );
    process.exit(2);
  }
}
