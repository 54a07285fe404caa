import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { DEFAULT_LIMITS } from "./limits.ts";
import { openRunner } from "./open-runner.ts";
import { piston } from "./piston.ts";
import type { RemoteOptions } from "./remote.ts";
import type { CodeRunner, Compiled } from "./runner.ts";
import { sandboxFusion } from "./sandbox-fusion.ts";
import { codeVerifier } from "./verifier.ts";

type Reply = { status?: number; body?: unknown } | "hang" | "cut";

/** Answers with each reply in turn, and then with the last again. */
async function service(...replies: Reply[]) {
  const asked: { path: string | undefined; body: Record<string, unknown> }[] = [];
  const server = createServer(async (request, response) => {
    const text = (await request.toArray()).join("");
    asked.push({ path: request.url, body: JSON.parse(text) });
    const reply = replies[Math.min(asked.length, replies.length) - 1] as Reply;
    if (reply === "hang") return;
    if (reply === "cut") return void request.socket.destroy();
    response.writeHead(reply.status ?? 200, { "content-type": "application/json" });
    response.end(typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const options: RemoteOptions = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    backoffMs: 1,
  };
  return { asked, options };
}

async function run(runner: CodeRunner, signal?: AbortSignal) {
  const compiled = (await runner.compile({ language: "python", source: "x" })) as Exclude<
    Compiled,
    { problem: string }
  >;
  return compiled.run({
    stdin: "in",
    limits: { ...DEFAULT_LIMITS, outputBytes: 100 },
    ...(signal && { signal }),
  });
}

const fusionRun = (run_result: object, status = "Success", more = {}) => ({
  body: {
    status,
    message: "",
    compile_result: null,
    run_result,
    executor_pod_name: null,
    files: {},
    ...more,
  },
});
const finished = { status: "Finished", execution_time: 0.1, return_code: 0, stdout: "3\n", stderr: "" };

test("SandboxFusion is asked as documented", async () => {
  const { asked, options } = await service(fusionRun(finished));
  expect(await run(sandboxFusion(options))).toEqual({
    end: "exited",
    exitCode: 0,
    stdout: "3\n",
    stderr: "",
  });
  expect(asked).toEqual([
    {
      path: "/run_code",
      body: expect.objectContaining({
        code: "x",
        language: "python",
        stdin: "in",
        run_timeout: 15,
        memory_limit_MB: 512,
      }),
    },
  ]);
});

test.each([
  [fusionRun({ ...finished, return_code: 3, status: "Finished" }, "Failed"), { end: "exited", exitCode: 3 }],
  [fusionRun({ status: "TimeLimitExceeded", return_code: null }, "Failed"), { end: "wall", exitCode: null }],
  [fusionRun({ ...finished, stdout: "x".repeat(101) }), { end: "output" }],
  [
    {
      body: { status: "Failed", compile_result: { status: "Finished", return_code: 1, stderr: "error: ;" } },
    },
    { end: "exited", exitCode: 1, stderr: "error: ;" },
  ],
])("SandboxFusion's %j is understood", async (reply, expected) => {
  const { options } = await service(reply);
  expect(await run(sandboxFusion(options))).toMatchObject(expected);
});

const pistonRun = (stage: object, more = {}) => ({
  body: {
    language: "python",
    version: "3.12.0",
    run: { stdout: "3\n", stderr: "", output: "", code: 0, signal: null, ...stage },
    ...more,
  },
});

test("Piston is asked as documented", async () => {
  const { asked, options } = await service(pistonRun({}));
  expect(await run(piston(options))).toEqual({ end: "exited", exitCode: 0, stdout: "3\n", stderr: "" });
  expect(asked).toEqual([
    {
      path: "/api/v2/execute",
      body: expect.objectContaining({
        language: "python",
        version: "*",
        files: [{ name: "main.py", content: "x" }],
        stdin: "in",
        run_timeout: 15_000,
      }),
    },
  ]);
});

test.each([
  [pistonRun({ code: 3 }), { end: "exited", exitCode: 3 }],
  [
    pistonRun({ code: null, signal: "SIGKILL", status: "TO", message: "Time limit exceeded" }),
    { end: "wall" },
  ],
  [pistonRun({ code: null, signal: "SIGKILL" }), { end: "wall" }],
  [pistonRun({ code: null, signal: "SIGSEGV" }), { end: "exited", exitCode: 128 }],
  [pistonRun({ status: "OL" }), { end: "output" }],
  [
    pistonRun({}, { compile: { stdout: "", stderr: "error: ;", code: 1, signal: null } }),
    { exitCode: 1, stderr: "error: ;" },
  ],
])("Piston's %j is understood", async (reply, expected) => {
  const { options } = await service(reply);
  expect(await run(piston(options))).toMatchObject(expected);
});

const services = [
  [
    "SandboxFusion",
    sandboxFusion,
    fusionRun(finished),
    { body: { status: "SandboxError", message: "no worker" } },
  ],
  ["Piston", piston, pistonRun({}), pistonRun({ status: "XX", message: "isolate" })],
] as const;

test.each(services)("a failure of %s is asked again", async (_, open, good, own) => {
  for (const bad of [
    own,
    { status: 504 },
    { status: 429 },
    { body: "<html>" },
    { body: {} },
    "cut",
  ] as const) {
    const { asked, options } = await service(bad, good);
    expect(await run(open(options))).toMatchObject({ exitCode: 0 });
    expect(asked).toHaveLength(2);
  }
});

test.each(services)("a failure of %s that stays is unscored, never wrong", async (_, open, __, own) => {
  const gold = { tests: [{ input: "1 2", output: "3" }] };
  for (const bad of [own, { status: 400, body: { message: "run_timeout" } }, "hang"] as const) {
    const { options } = await service(bad);
    const verifier = codeVerifier({
      runner: open({ ...options, retries: 1, graceMs: bad === "hang" ? -74_900 : 5000 }),
    });
    const { value, explanation } = await verifier.score("print(3)", gold);
    expect(value, explanation).toBe("unscored");
  }
});

test("a request that cannot be served is not asked again", async () => {
  const { asked, options } = await service({ status: 400 });
  await expect(run(piston(options))).rejects.toThrow("answered 400");
  expect(asked).toHaveLength(1);
});

test("a run that is aborted throws the reason", async () => {
  const { options } = await service("hang");
  const controller = new AbortController();
  const asked = run(piston(options), controller.signal);
  controller.abort(new Error("enough"));
  await expect(asked).rejects.toThrow("enough");
});

test("a name of no sandbox is refused", async () => {
  for (const name of ["docker", "fusion:", "piston:ftp://x"])
    await expect(openRunner(name)).rejects.toThrow("PACORE_SANDBOX");
  expect((await openRunner("fusion:http://127.0.0.1:1")).name).toBe("SandboxFusion");
});
