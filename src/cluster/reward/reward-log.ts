import { type FileHandle, mkdir, open, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { Reward } from "./reward.ts";

export interface RewardLogOptions {
  /** The file is renamed to FILE.1 when it grows beyond this, and that one is lost. Default: 4 GiB. */
  maxBytes?: number | undefined;
  /** Characters kept of a conclusion, and of an explanation. Default: 20,000. */
  maxChars?: number | undefined;
  /** Keep whole responses too, reasoning included: half a megabyte each, at 131,072 tokens. Default: false. */
  logResponses?: boolean | undefined;
}

/** One line of the log: a reward, with why. */
export interface RewardLine {
  /** Epoch milliseconds. */
  at: number;
  /** The instance; absent where the label could not be read. */
  id?: string;
  problem?: string;
  domain?: string;
  kind?: string;
  /** |M|, and how many of them are right where that is known. */
  messages?: number;
  right?: number;
  reward: number;
  outcome: string;
  verifyMs: number;
  waitMs: number;
  /** Length of the response, reasoning included. */
  chars: number;
  /** C(ω); without one, the end of the response. */
  conclusion?: string;
  tail?: string;
  /** The whole response, where that was asked for. */
  text?: string;
  answer?: string;
  explanation: string;
}

/** Of a response without a conclusion. */
const TAIL_CHARS = 500;
/** Lines that wait for a disk that does not write are dropped beyond this, and counted. */
const MAX_WAITING_CHARS = 64 << 20;
const BATCH_MS = 50;
const BATCH_CHARS = 1 << 20;

/**
 * A JSONL file of rewards. Lines are written in batches behind the answers, which never wait for the disk; a crash loses
 * those of some milliseconds, and may tear the last one.
 */
export class RewardLog {
  readonly #path: string;
  readonly #maxBytes: number;
  readonly #maxChars: number;
  readonly #logResponses: boolean;
  #file: FileHandle;
  #size: number;
  #lines: string[] = [];
  #waitingChars = 0;
  #writing: Promise<void> | undefined;
  readonly #closing = new AbortController();
  /** Lines that were not written: the disk was too slow, or full. */
  dropped = 0;

  private constructor(path: string, opened: { file: FileHandle; size: number }, options: RewardLogOptions) {
    this.#path = path;
    this.#file = opened.file;
    this.#size = opened.size;
    this.#maxBytes = options.maxBytes ?? 4 * 2 ** 30;
    this.#maxChars = options.maxChars ?? 20_000;
    this.#logResponses = options.logResponses ?? false;
  }

  /** @throws The system's error if it cannot be written. */
  static async open(path: string, options: RewardLogOptions = {}): Promise<RewardLog> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a+");
    let { size } = await file.stat();
    // A line that a crash tore must not run into the next.
    if (size > 0 && (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer[0] !== 0x0a) {
      await file.write("\n");
      size++;
    }
    return new RewardLog(path, { file, size }, options);
  }

  add(reward: Reward): void {
    if (this.#waitingChars > MAX_WAITING_CHARS) return void this.dropped++;
    const { text } = reward;
    const whole = this.#logResponses && text !== undefined ? { text } : {};
    const line = JSON.stringify({ ...lineOf(reward, this.#maxChars), ...whole });
    this.#lines.push(line);
    this.#waitingChars += line.length;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    while (this.#lines.length > 0) {
      await this.#pause();
      const lines = this.#lines;
      this.#lines = [];
      const bytes = Buffer.from(`${lines.join("\n")}\n`);
      try {
        if (this.#size > 0 && this.#size + bytes.length > this.#maxBytes) await this.#rotate();
        await this.#file.appendFile(bytes);
        this.#size += bytes.length;
      } catch {
        this.dropped += lines.length;
      }
      this.#waitingChars = this.#lines.reduce((sum, line) => sum + line.length, 0);
    }
    this.#writing = undefined;
  }

  /** One write for all that comes meanwhile: each costs more than what it writes. */
  async #pause(): Promise<void> {
    if (this.#closing.signal.aborted || this.#waitingChars > BATCH_CHARS) return;
    await setTimeout(BATCH_MS, undefined, { signal: this.#closing.signal }).catch(() => {});
  }

  async #rotate(): Promise<void> {
    await rename(this.#path, `${this.#path}.1`);
    const before = this.#file;
    this.#file = await open(this.#path, "a");
    this.#size = 0;
    await before.close();
  }

  /** Everything is in the file. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#writing;
    await this.#file.close();
  }
}

function lineOf(reward: Reward, maxChars: number): RewardLine {
  const { label, message, text = "", answer, explanation, outcome, verifyMs, waitMs } = reward;
  return {
    at: Date.now(),
    ...(label && { id: label.id, problem: label.problem, domain: label.domain, kind: label.kind }),
    ...(label && { messages: label.messages }),
    ...(label?.right !== undefined && { right: label.right }),
    reward: reward.reward,
    outcome,
    verifyMs: Math.round(verifyMs * 100) / 100,
    waitMs: Math.round(waitMs * 100) / 100,
    chars: text.length,
    ...(message === null ? { tail: text.slice(-TAIL_CHARS) } : { conclusion: clipped(message, maxChars) }),
    // A program is its own answer, and in the conclusion already.
    ...(answer != null && label?.kind !== "code" && { answer: clipped(answer, maxChars) }),
    explanation: clipped(explanation, maxChars),
  };
}

/** The end matters most. */
const clipped = (text: string, chars: number): string =>
  text.length <= chars ? text : `…${text.slice(1 - chars)}`;
