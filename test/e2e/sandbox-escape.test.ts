import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { Cell } from "../../src/verify/code/cell.ts";
import { sweepProcesses } from "../../src/verify/code/sweep.ts";
import { missing, processesWith, python, SMALL, smallSandbox, someTime } from "./sandbox-open.ts";

const PATIENT = { timeout: 120_000 };
const findBwrap = () => execFileSync("/bin/sh", ["-c", "command -v bwrap"], { encoding: "utf8" }).trim();

describe.skipIf(missing !== undefined)(`what a program cannot outlive (${missing ?? "bubblewrap"})`, () => {
  test("the process that ends with us, and ends all others, is out of reach", async () => {
    const { stdout } = await python(
      await smallSandbox(),
      `import os
print(os.listdir("/proc/1"))
for name in ["mem", "syscall", "root", "fd/5", "../1/mem"]:
    try: os.open("/proc/1/" + name, os.O_RDWR); print("open", name)
    except OSError as e: print("refused", e.errno)`,
    );
    expect(stdout.trim().split("\n")).toEqual(["[]", ...Array(5).fill("refused 2")]);
  });

  test("a room that does not end by itself is ended", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pacore-deaf-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    await chmod(folder, 0o755);
    // What is left of a hijacked one: it does not die with its parent any more.
    const deaf = join(folder, "bwrap");
    const script = `#!/bin/sh
for word; do
  shift
  [ "$word" = --die-with-parent ] || set -- "$@" "$word"
done
exec ${findBwrap()} "$@"
`;
    await writeFile(deaf, script);
    await chmod(deaf, 0o755);
    const sandbox = await smallSandbox({ bwrap: deaf });
    const seconds = someTime();
    const asleep = { command: ["/bin/sleep", seconds], limits: { ...SMALL, wallMs: 500 } };
    expect((await sandbox.run(asleep)).end).toBe("wall");
    expect(processesWith(seconds)).toEqual([]);
    const controller = new AbortController();
    const run = sandbox.run({ ...asleep, limits: SMALL }, controller.signal);
    await vi.waitUntil(() => processesWith(`sleep\0${seconds}`).length > 0, PATIENT);
    controller.abort(new Error("enough"));
    await expect(run).rejects.toThrow("enough");
    expect(processesWith(seconds)).toEqual([]);
  });

  test("a room that is ended while it is made, at whatever point, leaves nothing behind", async () => {
    const { folder } = await smallSandbox();
    const filter = join(folder, "filter");
    const random = seededRandom(1);
    const plan = {
      bwrap: findBwrap(),
      folder,
      filter,
      cgroups: undefined,
      tmpBytes: 1 << 20,
      node: undefined,
    };
    for (let k = 0; k < 30; k++) {
      const cells = Array.from({ length: 4 }, () => new Cell(plan));
      await Promise.all(cells.map((cell) => delay(random() * 30).then(() => cell.close())));
    }
    expect(processesWith(folder)).toEqual([]);
  });

  test("what a killed process left of its rooms is ended, and nobody else's", async () => {
    const seconds = someTime();
    const room = (owner: number) => {
      const word = ["--setenv", "ROOM", `pacore-sandbox-${owner}-x`];
      const view = ["--die-with-parent", "--unshare-user", "--unshare-pid", "--ro-bind", "/", "/"];
      const child = spawn(findBwrap(), [...view, ...word, "/bin/sleep", seconds], { stdio: "ignore" });
      onTestFinished(() => void child.kill("SIGKILL"));
      return { child, exit: once(child, "exit") };
    };
    const [dead, living] = [room(99_999_999), room(process.pid)];
    // Each is bubblewrap, bubblewrap inside, and the sleeper.
    await vi.waitUntil(() => processesWith(seconds).length === 6, PATIENT);
    expect(sweepProcesses()).toHaveLength(1);
    await dead.exit;
    expect(living.child.exitCode ?? living.child.signalCode).toBe(null);
  });

  test("no crash leaves a core, nor hands one to the machine's collector", async () => {
    const { stdout, end, exitCode } = await python(
      await smallSandbox(),
      `import os, resource
print(resource.getrlimit(resource.RLIMIT_CORE))
for change in (resource.setrlimit, lambda *limit: resource.prlimit(0, *limit)):
    # With 1 byte the kernel does not call the collector; with 0 it would.
    for limit in ((0, 0), (0, 1), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)):
        try: change(resource.RLIMIT_CORE, limit); print("changed")
        except (OSError, ValueError): print("refused")
resource.setrlimit(resource.RLIMIT_NOFILE, (32, 64))
print(resource.getrlimit(resource.RLIMIT_NOFILE), flush=True)
os.abort()`,
    );
    expect(stdout.trim().split("\n")).toEqual(["(1, 1)", ...Array(6).fill("refused"), "(32, 64)"]);
    expect([end, exitCode]).toEqual(["exited", 128 + 6]);
  });

  test("where the machine runs out of memory, programs go first", async () => {
    const { stdout } = await python(await smallSandbox(), "print(open('/proc/self/oom_score_adj').read())");
    expect(stdout.trim()).toBe("1000");
  });

  test("a program's streams are its own: pipes that can be opened by name, and no sockets of ours", async () => {
    const { stdout, stderr } = await python(
      await smallSandbox(),
      `import os, stat
kinds = [stat.S_IFMT(os.fstat(n).st_mode) for n in range(3)]
open("/dev/stdout", "w").write(str(kinds == [stat.S_IFREG, stat.S_IFIFO, stat.S_IFIFO]))
open("/dev/stderr", "w").write("to stderr")
assert [n for n in range(3, 64) if os.path.exists(f"/proc/self/fd/{n}")] == []`,
    );
    expect([stdout, stderr]).toEqual(["True", "to stderr"]);
  });
});
