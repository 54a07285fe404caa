import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ChatRequest, chatServer } from "./chat-server.ts";
import { runCli, temporaryFolder } from "./run-cli.ts";

/**
 * Two explorers answer at once, the others not until `release`; whoever reads references answers.
 * `stuck` resolves once all that can be answered has been, and two more calls are open.
 */
function halting() {
  let opened = 0;
  let held = true;
  const stuck = Promise.withResolvers<void>();
  return {
    stuck: stuck.promise,
    release: () => {
      held = false;
    },
    reply: ({ prompt, number }: ChatRequest) => {
      if (prompt.includes("Reference Responses:")) return "It is 42.";
      if (!held || number < 2) return `It is ${number}.`;
      if (++opened === 2) stuck.resolve();
      return "never" as const;
    },
  };
}

/** A run that is stopped in its first round, by whatever `stop` does. */
async function stopped(stop: NodeJS.Signals, args: string[] = []) {
  const script = halting();
  const { reference, requests, upstream } = await chatServer(script.reply);
  const journal = join(await temporaryFolder(), "journal.db");
  const common = [
    "solve",
    "6 × 7?",
    "--model",
    reference,
    "--widths",
    "4",
    "--run-id",
    "r-1",
    "--journal",
    journal,
  ];
  const result = await runCli([...common, ...args], {
    onStart: async (child) => {
      await Promise.all([script.stuck, toldOfTwo(child)]);
      child.kill(stop);
    },
  });
  script.release();
  return { result, requests, journal, common, upstream };
}

/** Resolves when the process has told of two conclusions: they are in the journal then. */
function toldOfTwo({ stdout, stderr }: ChildProcess): Promise<void> {
  let output = "";
  return new Promise((resolve) => {
    for (const stream of [stdout, stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
        if ((output.match(/of 4: It is|"trajectory-end"/g)?.length ?? 0) >= 2) resolve();
      });
    }
  });
}

test("after kill -9 the same run id asks only what is missing", async () => {
  const { result, requests, common } = await stopped("SIGKILL");
  expect(result.code).toBe("SIGKILL");
  expect(requests).toHaveLength(4);
  const again = await runCli(common);
  expect(again).toMatchObject({ code: 0, stdout: "It is 42.\n" });
  expect(again.stderr).toContain("round 1: 2 of 4 (from the journal)");
  // Two of the round, and the answer.
  expect(requests).toHaveLength(7);
});

test("Ctrl-C cancels the calls, says what finished, and how to go on", async () => {
  const { result, requests, journal, upstream } = await stopped("SIGINT");
  expect(result.code).toBe(130);
  expect(result.stdout).toBe("");
  expect(result.stderr).toContain(
    "pacore: Interrupted.\n2 conclusions of round 1 had finished; what finished is kept.\n",
  );
  expect(result.stderr).toContain(`resume: pacore runs resume r-1 --journal ${journal}\n`);
  await upstream.until(({ inFlight }) => inFlight === 0);
  const again = await runCli(["runs", "resume", "r-1", "--journal", journal]);
  expect(again).toMatchObject({ code: 0, stdout: "It is 42.\n" });
  expect(requests).toHaveLength(7);
});

test("with --json an interruption is an event", async () => {
  const { result, journal } = await stopped("SIGINT", ["--json"]);
  const last = JSON.parse(result.stdout.trimEnd().split("\n").at(-1) ?? "");
  const resume = `pacore runs resume r-1 --journal ${journal}`;
  expect(last).toMatchObject({ type: "interrupted", exitCode: 130, finished: 2, resume });
});

test("SIGTERM ends in order too", async () => {
  const { result } = await stopped("SIGTERM");
  expect(result.code).toBe(143);
});

test("a run is resumed by the beginning of its id, with other limits", async () => {
  const { journal } = await stopped("SIGINT");
  const args = ["runs", "resume", "r", "--journal", journal, "--budget-tokens", "100k", "--quiet"];
  expect(await runCli(args)).toEqual({ code: 0, stdout: "It is 42.\n", stderr: "" });
});

test("a finished run is shown again without a call", async () => {
  const { requests, common } = await stopped("SIGINT");
  await runCli(common);
  const count = requests.length;
  expect(await runCli([...common, "--quiet"])).toEqual({ code: 0, stdout: "It is 42.\n", stderr: "" });
  expect(requests).toHaveLength(count);
});

test("a run id that stands for another problem is refused", async () => {
  const { common } = await stopped("SIGINT");
  const { stderr, code } = await runCli([...common, "--seed", "5"]);
  expect(stderr).toMatch(/has run r-1 with another seed \(null, now 5\)/);
  expect(code).toBe(2);
});

test("a run that is not there is bad input, and so is a journal", async () => {
  const { journal } = await stopped("SIGINT");
  const unknown = await runCli(["runs", "resume", "x", "--journal", journal]);
  expect(unknown).toMatchObject({ code: 2, stderr: expect.stringContaining("There is no run x") });
  const nowhere = await runCli(["runs", "resume", "x", "--journal", `${journal}.not`]);
  expect(nowhere.code).toBe(2);
});

test("no key is in the journal", async () => {
  const { readFile } = await import("node:fs/promises");
  const { reference } = await chatServer(() => "42");
  const journal = join(await temporaryFolder(), "journal.db");
  const env = { PACORE_API_KEY: "sk-this-is-secret-4711" };
  await runCli(["solve", "x", "--model", reference, "--journal", journal], { env });
  for (const file of [journal, `${journal}-wal`]) {
    const bytes = await readFile(file, "latin1").catch(() => "");
    expect(bytes).not.toContain("4711");
  }
});
