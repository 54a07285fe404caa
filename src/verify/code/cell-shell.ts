/**
 * What the shells of a cell run: outside it joins the cgroup, makes the pipes and becomes bubblewrap; inside it waits
 * for a job, and becomes that.
 */

/** In a cell's folder, and so in `/box`; no job's file has such a name. */
export const STREAMS = { stdin: ".in", stdout: ".out", stderr: ".err" } as const;

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/**
 * Out of memory, the kernel takes what runs here before anything else. Real pipes, since what Node hands to a child is a
 * socket: that cannot be opened again by its name, as programs do with `/dev/stdout`.
 */
export function outerScript(box: string, joins: readonly string[]): string {
  const pipes = [STREAMS.stdout, STREAMS.stderr].map((name) => quoted(`${box}/${name}`)).join(" ");
  return [
    ...joins.map((file) => `echo $$ > ${quoted(file)}`),
    // Where that may not be said, it is not said.
    "{ echo 1000 > /proc/self/oom_score_adj || :; } 2>/dev/null",
    `mkfifo -m 666 ${pipes}`,
    'exec "$@"',
  ].join(" && ");
}

/** Says that it is there, waits for a line, and becomes what the line says. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is for the shell.
export const WAIT = 'nl=$(printf "\\n_"); nl=${nl%_}; printf +; IFS= read -r line && eval "exec $line"';

/** Takes its streams, says that the limits hold, and is the program: it has nothing of ours but the streams. */
const BEGIN = `exec 3>&1 </box/${STREAMS.stdin} >/box/${STREAMS.stdout} 2>/box/${STREAMS.stderr}; printf + >&3; exec 3>&- "$@"`;

/** Within quotes, in what is read as one line. */
const LINE_BREAK = `'"$nl"'`;

/** The line that makes the waiting shell a program, under the limits that `prlimit` sets. */
export function jobLine(prlimit: readonly string[], command: readonly string[]): string {
  const words = [...prlimit, "/bin/sh", "-c", BEGIN, "sh", ...command];
  return `${words.map(quoted).join(" ").replaceAll("\n", LINE_BREAK)}\n`;
}
