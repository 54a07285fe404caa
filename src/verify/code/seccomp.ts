/**
 * A seccomp filter for what namespaces leave open: sockets of other families (vsock reaches the host of a virtual
 * machine), io_uring (which goes around filters), keyrings, nested namespaces, memory that no process maps.
 */
interface Arch {
  audit: number;
  /** socket, socketpair */
  sockets: readonly number[];
  clone: number;
  setrlimit: number;
  prlimit64: number;
  denied: readonly number[];
}

/** Same number on every architecture: io_uring, mounts, pidfd_getfd, memfd_secret … */
const COMMON = [425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 440, 442, 443, 447, 450, 467];

const ARCHES: Partial<Record<NodeJS.Architecture, Arch>> = {
  x64: {
    audit: 0xc000003e,
    sockets: [41, 53],
    clone: 56,
    setrlimit: 160,
    prlimit64: 302,
    denied: [
      // shmget semget msgget ptrace syslog sysfs vhangup modify_ldt pivot_root adjtimex chroot acct settimeofday
      29,
      64, 68, 101, 103, 139, 153, 154, 155, 159, 161, 163, 164,
      // mount umount2 swapon swapoff reboot sethostname setdomainname iopl ioperm *_module quotactl lookup_dcookie
      165,
      166, 167, 168, 169, 170, 171, 172, 173, 175, 176, 179, 212,
      // clock_settime mbind set_mempolicy get_mempolicy mq_open kexec_load keyrings migrate_pages unshare move_pages
      227,
      237, 238, 239, 240, 246, 248, 249, 250, 256, 272, 279,
      // perf_event_open fanotify_init *_by_handle clock_adjtime setns process_vm_* kcmp finit_module seccomp memfd
      298,
      300, 303, 304, 305, 308, 310, 311, 312, 313, 317, 319, 320, 321, 323,
    ],
  },
  arm64: {
    audit: 0xc00000b7,
    sockets: [198, 199],
    clone: 220,
    setrlimit: 164,
    prlimit64: 261,
    denied: [
      18, 39, 40, 41, 51, 58, 60, 89, 97, 104, 105, 106, 112, 116, 117, 142, 161, 162, 170, 171, 180, 186,
      190, 194, 217, 218, 219, 224, 225, 235, 236, 237, 238, 239, 241, 262, 264, 265, 266, 268, 270, 271, 272,
      273, 277, 279, 280, 282, 294,
    ],
  },
};

const [LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN] = [0x20, 0x15, 0x35, 0x45, 0x06];
const [ALLOW, KILL, EPERM, ENOSYS] = [0x7fff0000, 0x80000000, 0x00050001, 0x00050000 | 38];
/** Offsets in `struct seccomp_data`: number, architecture, arguments, each with its low half first. */
const [NUMBER, ARCH, ARGUMENTS] = [0, 4, 16];
const argument = (index: number, half: "low" | "high" = "low"): Instruction => [
  LOAD,
  0,
  0,
  ARGUMENTS + 8 * index + (half === "low" ? 0 : 4),
];
const CLONE3 = 435;
const NEW_NAMESPACES = 0x7e020000;
const AF_UNIX = 1;
const RLIMIT_CORE = 4;
const X32 = 0x40000000;

type Instruction = [code: number, ifTrue: number, ifFalse: number, value: number];

/** The filter as bubblewrap reads it; `undefined` for an architecture we have no table of. */
export function seccompFilter(architecture: NodeJS.Architecture = process.arch): Buffer | undefined {
  const arch = ARCHES[architecture];
  if (!arch) return undefined;
  const program: Instruction[] = [
    [LOAD, 0, 0, ARCH],
    [EQUAL, 1, 0, arch.audit],
    [RETURN, 0, 0, KILL],
    [LOAD, 0, 0, NUMBER],
    [AT_LEAST, 0, 1, X32],
    [RETURN, 0, 0, KILL],
    // Its flags are behind a pointer, where no filter sees them: libraries fall back to clone.
    ...returnFor(CLONE3, ENOSYS),
    ...[...arch.denied, ...COMMON].flatMap((number) => returnFor(number, EPERM)),
    ...only(arch.clone, [argument(0), [ANY_BIT, 1, 0, NEW_NAMESPACES]]),
    ...arch.sockets.flatMap((number) => only(number, [argument(0), [EQUAL, 0, 1, AF_UNIX]])),
    // A limit of 1 byte keeps the kernel from piping cores to the machine's collector, and 0 would not.
    ...only(arch.setrlimit, [argument(0), [EQUAL, 1, 0, RLIMIT_CORE]]),
    ...only(arch.prlimit64, [
      argument(1),
      [EQUAL, 0, 4, RLIMIT_CORE],
      // Without a new limit it only asks.
      argument(2),
      [EQUAL, 0, 3, 0],
      argument(2, "high"),
      [EQUAL, 0, 1, 0],
    ]),
    [RETURN, 0, 0, ALLOW],
  ];
  return encode(program);
}

/** For one call: allowed where the test goes on to the next instruction, refused where it passes one over. */
const only = (number: number, test: Instruction[]): Instruction[] => [
  [EQUAL, 0, test.length + 2, number],
  ...test,
  [RETURN, 0, 0, ALLOW],
  [RETURN, 0, 0, EPERM],
];

const returnFor = (number: number, value: number): Instruction[] => [
  [EQUAL, 0, 1, number],
  [RETURN, 0, 0, value],
];

function encode(program: readonly Instruction[]): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, ifTrue, ifFalse, value]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(ifTrue, index * 8 + 2);
    bytes.writeUInt8(ifFalse, index * 8 + 3);
    bytes.writeUInt32LE(value >>> 0, index * 8 + 4);
  }
  return bytes;
}
