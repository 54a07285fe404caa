import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openSandbox } from "../../src/verify/code/sandbox.ts";
import { SandboxUnavailableError } from "../../src/verify/code/sandbox-errors.ts";
import { missing, processesWith, python, SMALL, smallSandbox, someTime } from "./sandbox-open.ts";

test("without bubblewrap nothing is run: the refusal says how to get it", async () => {
  const refused = openSandbox({ bwrap: "/no/such/bwrap" });
  await expect(refused).rejects.toThrow(SandboxUnavailableError);
  await expect(openSandbox({ bwrap: "/no/such/bwrap" })).rejects.toThrow("apt-get install bubblewrap");
});

test.each([
  ["0.4.1", "exit 0", "too old"],
  ["0.8.0", "echo no user namespaces >&2; exit 1", "no user namespaces"],
])("a bubblewrap %s that does '%s' is refused", async (version, body, problem) => {
  const folder = await mkdtemp(join(tmpdir(), "pacore-bwrap-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const bwrap = join(folder, "bwrap");
  await chmod(folder, 0o755);
  await writeFile(
    bwrap,
    `#!/bin/sh\n[ "$1" = --version ] && echo bubblewrap ${version} && exit 0\n${body}\n`,
  );
  await chmod(bwrap, 0o755);
  await expect(openSandbox({ bwrap })).rejects.toThrow(problem);
});

const PATIENT = { timeout: 120_000 };

const modes = [
  ["cgroups", true],
  ["watching", false],
] as const;

describe.skipIf(missing !== undefined).each(modes)(
  `harm under %s (${missing ?? "bubblewrap"})`,
  (_, cgroups) => {
    const open = () => smallSandbox({ cgroups });

    test("a fork bomb gets no more than its processes, and is gone afterwards", async () => {
      const { stdout, left } = await python(
        await open(),
        `import os, sys, time
made = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(60)
        made += 1
        if made > 200: break
except OSError: pass
print(made, flush=True)`,
      );
      expect(Number(stdout)).toBeGreaterThan(5);
      expect(Number(stdout)).toBeLessThanOrEqual(SMALL.processes + 4);
      expect(left).toEqual([]);
    });

    test("a bomb that doubles itself is stopped", async () => {
      const { end, left } = await python(
        await open(),
        "import os\nwhile True:\n  try: os.fork()\n  except OSError: pass",
        { wallMs: 3000 },
      );
      expect(["cpu", "wall"]).toContain(end);
      expect(left).toEqual([]);
    });

    test("memory is counted over all processes", async () => {
      const { end } = await python(
        await open(),
        `import os, time
for k in range(10):
    if os.fork() == 0:
        room = bytearray(32 << 20)
        for at in range(0, len(room), 4096): room[at] = 1
        time.sleep(60)
time.sleep(60)`,
      );
      expect(end).toBe("memory");
    });

    test("the memory of one process is capped, shared memory too", async () => {
      const sandbox = await open();
      const own = await python(
        sandbox,
        "x = bytearray(400 << 20)\nfor at in range(0, len(x), 4096): x[at] = 1\nprint(1)",
      );
      const shared = await python(
        sandbox,
        "import mmap\nx = mmap.mmap(-1, 400 << 20)\nfor at in range(0, len(x), 4096): x[at] = 1\nprint(1)",
      );
      expect([own.stdout, shared.stdout]).toEqual(["", ""]);
      expect(own.exitCode).not.toBe(0);
      expect(shared.exitCode).not.toBe(0);
    });

    test("a disk can be filled no further than /tmp goes", async () => {
      const { stdout } = await python(
        await open(),
        `import os
for folder in ["/tmp", "/dev/shm"]:
    total = 0
    try:
        for k in range(100):
            with open(f"{folder}/{k}", "wb", buffering=0) as f:
                for _ in range(7): total += f.write(bytes(1 << 20))
    except OSError as e: print(e.errno, end=" ")
    print(total >> 20)`,
        { memoryBytes: 256 << 20 },
      );
      expect(stdout).toBe("28 16\n28 1\n");
    });

    test("files count as memory, empty ones too", async () => {
      const { end, left } = await python(
        await open(),
        `import os
for k in range(4):
    if os.fork() == 0: break
folder = f"/tmp/{k}-{os.getpid()}"
os.mkdir(folder)
while True:
    for n in range(10**7): os.close(os.open(f"{folder}/{n}", os.O_CREAT | os.O_WRONLY))`,
        { memoryBytes: 64 << 20, cpuMs: 20_000 },
      );
      expect([end, left]).toEqual(["memory", []]);
    });

    test("a flood of output is stopped, on either stream", async () => {
      const sandbox = await open();
      for (const stream of ["stdout", "stderr"]) {
        const { end, stdout } = await python(
          sandbox,
          `import sys\nwhile True: sys.${stream}.write("x" * 65536)`,
        );
        expect(end).toBe("output");
        expect(stdout.length).toBeLessThanOrEqual(SMALL.outputBytes);
      }
    });

    test("time is up for programs that ignore every signal, busy or asleep", async () => {
      const deaf = `import signal, time
for s in range(1, 64):
    try: signal.signal(s, signal.SIG_IGN)
    except (OSError, ValueError): pass
`;
      const sandbox = await open();
      expect((await python(sandbox, `${deaf}while True: pass`)).end).toBe("cpu");
      expect((await python(sandbox, `${deaf}time.sleep(60)`, { wallMs: 500 })).end).toBe("wall");
    });

    test("daemons die with the program", async () => {
      const { end, stdout, left } = await python(
        await open(),
        `import os, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        null = os.open("/dev/null", os.O_RDWR)
        for n in range(3): os.dup2(null, n)
        time.sleep(60)
    os._exit(0)
os.wait()
print("left")`,
      );
      expect([end, stdout, left]).toEqual(["exited", "left\n", []]);
    });

    test("threads can be had", async () => {
      const source =
        "import threading as t\nall = [t.Thread(target=print, args=(k,)) for k in range(3)]\nfor one in all: one.start(); one.join()";
      expect((await python(await open(), source)).stdout).toBe("0\n1\n2\n");
    });

    test("arguments and inputs arrive as they are", async () => {
      const args = ["a\nb", "'\"$HOME`id`\\", "", "é 😀", "-x"];
      const command = [
        "/usr/bin/python3",
        "-c",
        "import sys; print(sys.argv[1:], repr(sys.stdin.read()))",
        ...args,
      ];
      const { stdout } = await (await open()).run({ command, stdin: "1\n\u0000é\n\n", limits: SMALL });
      expect(stdout.toString()).toBe(
        `['a\\nb', '\\'"$HOME\`id\`\\\\', '', 'é 😀', '-x'] '1\\n\\x00é\\n\\n'\n`,
      );
    });

    test("a run that is aborted ends, and throws the reason", async () => {
      const sandbox = await open();
      const controller = new AbortController();
      const seconds = someTime();
      const run = sandbox.run({ command: ["/bin/sleep", seconds], limits: SMALL }, controller.signal);
      await vi.waitUntil(() => processesWith(seconds).length > 0, PATIENT);
      controller.abort(new Error("enough"));
      await expect(run).rejects.toThrow("enough");
      expect(processesWith(seconds)).toEqual([]);
    });
  },
);

test.skipIf(missing !== undefined)("when this process is killed, its programs die", async () => {
  const seconds = someTime();
  const script = `
    import { openSandbox } from "${new URL("../../src/verify/code/sandbox.ts", import.meta.url)}";
    const sandbox = await openSandbox();
    await sandbox.run({ command: ["/bin/sleep", "${seconds}"], limits: ${JSON.stringify({ ...SMALL, wallMs: 300_000 })} });`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], { stdio: "ignore" });
  // The sleeper itself: sh and its like have the word in their command line, too, before.
  await vi.waitUntil(() => processesWith(`sleep\0${seconds}`).length > 0, PATIENT);
  child.kill("SIGKILL");
  await once(child, "exit");
  await vi.waitUntil(() => processesWith(seconds).length === 0, PATIENT);
});
