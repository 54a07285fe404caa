import { existsSync, lstatSync, readlinkSync } from "node:fs";

/** Descriptor that the filter comes through; bubblewrap closes it before the program starts. */
export const SECCOMP_FD = 3;

/** What the machine was started with, and its keys, are nobody's business. */
const BLANK = ["/proc/cmdline", "/proc/bootconfig", "/proc/keys"]
  .filter((path) => existsSync(path))
  .flatMap((path) => ["--ro-bind", "/dev/null", path]);

/**
 * bubblewrap is the first process of the room, and like the program nobody's: through its `mem` a program could make it
 * forget that it dies with us, and stay.
 */
const HIDDEN = empty("/proc/1");
/** Who reads from a new terminal waits for ever, as a compiler that is told to include one. */
const NO_TERMINALS = empty("/dev/pts");

function empty(folder: string): string[] {
  return ["--size", "4096", "--tmpfs", folder, "--remount-ro", folder];
}

export interface Room {
  /** Shown read-only as `/box`. */
  box: string;
  /** Size of `/tmp`, the only place that can be written. */
  tmpBytes: number;
  /** Shown read-only as `/node`, if any. */
  node: string | undefined;
}

/** Arguments of bubblewrap up to the command: nothing of the machine but `/usr`, and nothing to write but `/tmp`. */
export function bwrapArgs({ box, tmpBytes, node }: Room): string[] {
  return [
    ...[
      "--unshare-user",
      "--disable-userns",
      "--unshare-ipc",
      "--unshare-pid",
      "--unshare-net",
      "--unshare-uts",
    ],
    ...[
      "--unshare-cgroup-try",
      "--die-with-parent",
      "--new-session",
      "--hostname",
      "sandbox",
      "--cap-drop",
      "ALL",
    ],
    ...[
      "--clearenv",
      "--setenv",
      "PATH",
      "/usr/bin:/bin",
      "--setenv",
      "LANG",
      "C.UTF-8",
      "--setenv",
      "HOME",
      "/tmp",
    ],
    ...["--ro-bind", "/usr", "/usr", ...["/bin", "/sbin", "/lib", "/lib32", "/lib64"].flatMap(systemFolder)],
    ...["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"],
    ...["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"],
    ...[
      "--proc",
      "/proc",
      ...BLANK,
      ...HIDDEN,
      "--dev",
      "/dev",
      ...NO_TERMINALS,
      "--size",
      String(1 << 20),
      "--tmpfs",
      "/dev/shm",
      "--remount-ro",
      "/dev",
    ],
    ...["--size", String(tmpBytes), "--tmpfs", "/tmp", "--ro-bind", box, "/box"],
    ...(node === undefined ? [] : ["--ro-bind", node, "/node"]),
    ...["--chdir", "/tmp", "--remount-ro", "/", "--seccomp", String(SECCOMP_FD), "--"],
  ];
}

/** `/bin` and its like are links into `/usr` on most systems, folders on some. */
function systemFolder(path: string): string[] {
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (!status) return [];
  return status.isSymbolicLink() ? ["--symlink", readlinkSync(path), path] : ["--ro-bind", path, path];
}
