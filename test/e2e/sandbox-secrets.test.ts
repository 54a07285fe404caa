import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { missing, python, smallSandbox } from "./sandbox-open.ts";

describe.skipIf(missing !== undefined)(`what a program cannot see (${missing ?? "bubblewrap"})`, () => {
  test("the environment of this process is nowhere in the sandbox", async () => {
    const secret = randomUUID();
    process.env.PACORE_TEST_SECRET = secret;
    onTestFinished(() => void delete process.env.PACORE_TEST_SECRET);
    const { stdout, exitCode } = await python(
      await smallSandbox(),
      `import os, glob
print(dict(os.environ))
for path in glob.glob("/proc/[0-9]*/environ"):
    try: print(path, open(path, "rb").read())
    except OSError as e: print(path, e.strerror)`,
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain("/environ b'HOME=");
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toMatch(/PACORE|TOKEN|USER/);
  });

  test("files outside of /usr cannot be read, by whatever way", async () => {
    const folder = await mkdtemp(join(tmpdir(), "pacore-secret-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, "key");
    await writeFile(path, "hunter2", { mode: 0o644 });
    const { stdout } = await python(
      await smallSandbox(),
      `import os
for root in ["", "/proc/1/root", "/proc/1/cwd", "/proc/self/root", "/oldroot", "/newroot"]:
    for path in [${JSON.stringify(path)}, "/etc/passwd", "/etc/shadow", "/root", "/home"]:
        try: print(os.listdir(root + path) if os.path.isdir(root + path) else open(root + path).read())
        except OSError as e: print("refused", e.errno)
print(sorted(os.listdir("/")))`,
    );
    expect(stdout.match(/refused/g)).toHaveLength(30);
    expect(stdout).not.toContain("hunter2");
    expect(stdout.replaceAll(/'(node|lib32|lib64|sbin)', /g, "")).toContain(
      "['bin', 'box', 'dev', 'etc', 'lib', 'proc', 'tmp', 'usr']",
    );
  });

  test("how the machine was started, and its keys, are blank", async () => {
    const { stdout } = await python(
      await smallSandbox(),
      `for path in ["/proc/cmdline", "/proc/keys"]:
    try: print([open(path).read()])
    except OSError: print([''])`,
    );
    expect(stdout).toBe("['']\n['']\n");
  });

  test("no other process is seen, and no descriptor is inherited", async () => {
    const { stdout } = await python(
      await smallSandbox(),
      `import os
print([p for p in os.listdir("/proc") if p.isdigit()])
print([os.readlink("/proc/self/fd/" + n) for n in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + n) and int(n) > 2 and os.readlink("/proc/self/fd/" + n) != "/dev/null"])`,
    );
    const [processes = "", descriptors] = stdout.split("\n");
    expect(processes.split(",").length).toBeLessThanOrEqual(3);
    expect(descriptors).toBe("[]");
  });

  test("neither loopback, nor abstract sockets, nor vsock lead outside", async () => {
    const name = `pacore-${randomUUID()}`;
    const servers = [createServer().listen(0, "127.0.0.1"), createServer().listen(`\0${name}`)];
    await Promise.all(servers.map((server) => once(server, "listening")));
    onTestFinished(() => servers.forEach((server) => void server.close()));
    const { port } = (servers[0] as Server).address() as AddressInfo;
    const { stdout } = await python(
      await smallSandbox(),
      `import socket
def attempt(family, address):
    try:
        s = socket.socket(family, socket.SOCK_STREAM)
        s.settimeout(1)
        s.connect(address)
        print("connected")
    except OSError as e: print("refused", e.errno)
attempt(socket.AF_INET, ("127.0.0.1", ${port}))
attempt(socket.AF_INET6, ("::1", ${port}))
attempt(socket.AF_UNIX, "\\0${name}")
attempt(socket.AF_VSOCK, (2, 22))
for make in (socket.socket, socket.socketpair):
    for family in (socket.AF_NETLINK, socket.AF_TIPC):
        try: print(make(family, socket.SOCK_RAW))
        except OSError as e: print("refused", e.errno)`,
    );
    expect(stdout.trim().split("\n")).toEqual([
      "refused 1",
      "refused 1",
      "refused 111",
      ...Array(5).fill("refused 1"),
    ]);
  });

  test.skipIf(process.arch !== "x64")(
    "io_uring, keyrings, nested namespaces and ptrace are refused",
    async () => {
      const { stdout } = await python(
        await smallSandbox(),
        `import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
for name, number, args in [("io_uring_setup", 425, (8, 0)), ("add_key", 248, (0, 0, 0, 0, 0)), ("keyctl", 250, (0, 0)),
    ("unshare", 272, (0x10000000,)), ("clone", 56, (0x10000011, 0, 0, 0, 0)), ("ptrace", 101, (0, 0, 0, 0)),
    ("mount", 165, (0, 0, 0, 0, 0)), ("bpf", 321, (0, 0, 0)), ("memfd_create", 319, (b"x", 0)), ("setns", 308, (0, 0)),
    ("clone3", 435, (0, 0))]:
    ctypes.set_errno(0)
    result = libc.syscall(number, *args)
    print(name, result, errno.errorcode.get(ctypes.get_errno()))`,
      );
      const lines = stdout.trim().split("\n");
      expect(lines).toHaveLength(11);
      for (const line of lines)
        expect(line).toMatch(line.startsWith("clone3") ? / -1 ENOSYS$/ : / -1 EPERM$/);
    },
  );

  test("calls of the 32-bit interface, whose numbers no filter knows, kill the program", async () => {
    const { stdout, end, exitCode } = await python(
      await smallSandbox(),
      `import ctypes, mmap, platform
if platform.machine() != "x86_64": raise SystemExit(159)
code = bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3])  # mov eax, getpid; int 0x80; ret
room = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
room.write(code)
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(room)))
print("alive", call())`,
    );
    expect([end, exitCode, stdout]).toEqual(["exited", 128 + 31, ""]);
  });

  test("an own program cannot be changed, nor a cell's traces be found in the next", async () => {
    const sandbox = await smallSandbox();
    const source = `import os
print(os.listdir("/tmp"), os.listdir("/dev/shm"))
open("/tmp/trace", "w").write("x")
for path in ["/box/main.py", "/box/x", "/x", "/dev/x", "/usr/x", "/etc/x", "/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger"]:
    try: open(path, "w"); print("written", path)
    except OSError as e: print("refused")`;
    for (let k = 0; k < 2; k++) {
      const { stdout } = await python(sandbox, source);
      expect(stdout.trim().split("\n")).toEqual(["[] []", ...Array(8).fill("refused")]);
    }
  });
});
