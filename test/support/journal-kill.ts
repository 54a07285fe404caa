import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openJournal, type RunDetails } from "../../src/journal/index.ts";

const WORKER = fileURLToPath(new URL("./journal-kill-worker.ts", import.meta.url));

/** How a life ends before its time: by itself at a step, or from outside after some milliseconds. */
export interface Kill {
  atStep?: number;
  afterMs?: number;
}

/** What can be said of a run that was killed and resumed until it was done. */
export interface KilledRun {
  /** Lives that were killed before the run had a result. */
  kills: number;
  /** Calls charged, over all lives; the same one twice only if it was in flight at a kill. */
  paid: number;
  /** Calls in the journal at a death and charged again later: must be none. */
  paidTwice: string[];
  /** Trajectories shown to an observer or stored before, and not in the journal at a death: must be none. */
  lost: string[];
  run: RunDetails;
}

/** Run lives, each killed as `nextKill` says (undefined: not at all), until the run has its result. */
export async function runLives(nextKill: () => Kill | undefined): Promise<KilledRun> {
  const folder = mkdtempSync(join(tmpdir(), "pacore-kill-"));
  try {
    const paidTwice: string[] = [];
    const lost: string[] = [];
    let before = new Map<string, string>();
    for (let kills = 0; ; kills++) {
      const charged = lines(folder, "bank").length;
      await live(folder, nextKill());
      const { stored, run } = await inspect(folder);
      paidTwice.push(
        ...lines(folder, "bank")
          .slice(charged)
          .filter((key) => before.has(key)),
      );
      lost.push(...lines(folder, "seen").filter((key) => !stored.has(key)));
      lost.push(...[...before].filter(([key, json]) => stored.get(key) !== json).map(([key]) => key));
      if (run?.result) return { kills, paid: lines(folder, "bank").length, paidTwice, lost, run };
      before = stored;
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function live(folder: string, { atStep, afterMs }: Kill = {}): Promise<void> {
  const args = [WORKER, folder, ...(atStep === undefined ? [] : [String(atStep)])];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said += text;
  });
  const timer = afterMs === undefined ? undefined : setTimeout(() => child.kill("SIGKILL"), afterMs);
  const [code, signal] = await once(child, "close");
  clearTimeout(timer);
  if (code !== 0 && signal !== "SIGKILL") throw new Error(`A life ended with ${code ?? signal}: ${said}`);
}

function lines(folder: string, file: string): string[] {
  const path = join(folder, file);
  return existsSync(path) ? readFileSync(path, "utf8").split("\n").filter(Boolean) : [];
}

/** Looks at a copy: recovering the journal is left to the next life. */
async function inspect(
  folder: string,
): Promise<{ stored: Map<string, string>; run: RunDetails | undefined }> {
  const copies = mkdtempSync(join(tmpdir(), "pacore-kill-copy-"));
  try {
    for (const name of ["journal.db", "journal.db-wal"]) {
      if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(copies, name));
    }
    if (!existsSync(join(copies, "journal.db"))) return { stored: new Map(), run: undefined };
    await using store = await openJournal(join(copies, "journal.db"), { create: false });
    const stored = new Map<string, string>();
    for (const trajectory of store.trajectories("run")) {
      const { round, index, attempt } = trajectory;
      stored.set(`${round}/${index}/${attempt}`, JSON.stringify(trajectory));
    }
    return { stored, run: store.get("run") };
  } finally {
    rmSync(copies, { recursive: true, force: true });
  }
}

/** What must not depend on where a run was killed. */
export function outcomeOf({ run }: KilledRun): object {
  const { answer, messages, content, source, finishReason, receipt } = run.result ?? {};
  const { ttc, finished, cutOff, failed, cancelled, retries, tokens } = receipt ?? {};
  const figures = { ttc, finished, cutOff, failed, cancelled, retries, tokens };
  const rounds = run.rounds.map(({ round, messages }) => ({ round, messages }));
  return { answer, messages, content, source, finishReason, rounds, figures };
}
