import type { CoordinationEvent } from "../../core/events.ts";
import type { SolveResult } from "../../core/result.ts";
import { frame } from "./frame.ts";
import { paintFor } from "./paint.ts";
import { tokenRate } from "./rate.ts";
import { receiptTable } from "./receipt-table.ts";
import { Screen } from "./screen.ts";
import { createViewState, observe, totalTokens } from "./state.ts";
import { streamedAnswer } from "./streamed-answer.ts";
import type { View } from "./view.ts";
import { writeAnswer } from "./write-answer.ts";

/** At most ten frames a second, however many events come. */
const FRAME_MS = 100;
/** The clock goes on while nothing happens. */
const CLOCK_MS = 500;

interface Streams {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
}

/**
 * A view on stderr that is redrawn in place; the answer goes to stdout. Where that is the same terminal, the
 * answer streams below the last frame, which stays.
 */
export class LiveView implements View {
  readonly #streams: Streams;
  readonly #screen: Screen;
  readonly #paint;
  readonly #state = createViewState(Date.now());
  readonly #rate = tokenRate();
  readonly #answer;
  readonly #timer: NodeJS.Timeout;
  #dirty = true;
  #drawnAt = 0;
  #closed = false;

  constructor(streams: Streams) {
    const { stdout, stderr } = streams;
    this.#streams = streams;
    this.#screen = new Screen(stderr);
    this.#paint = paintFor(stderr);
    this.#answer = streamedAnswer(stdout, {
      onBegin: () => this.#freeze(),
      onRestart: () => this.tell([this.#paint("yellow", "! The answer broke off and is written again:")]),
    });
    this.#timer = setInterval(() => {
      if (this.#dirty || Date.now() - this.#drawnAt >= CLOCK_MS) this.#draw(false);
    }, FRAME_MS);
    stderr.on("resize", this.#resized);
  }

  show(event: CoordinationEvent): void {
    this.#dirty = observe(this.#state, event, Date.now()) || this.#dirty;
    if (this.#streams.stdout.isTTY) this.#answer.part(event);
    if (event.type === "finish") this.#finish(event.result);
  }

  close(): void {
    this.#freeze();
    this.#answer.breakOff();
  }

  tell(lines: readonly string[]): void {
    for (const line of lines) this.#streams.stderr.write(`${line}\n`);
  }

  extra(): void {}

  #finish(result: SolveResult): void {
    const { stdout, stderr } = this.#streams;
    this.#freeze();
    if (stdout.isTTY) this.#answer.finish(result);
    else writeAnswer(stdout, result);
    this.tell(["", ...receiptTable(result.receipt, { columns: stderr.columns || 80, paint: this.#paint })]);
  }

  /** Draw for the last time; what comes now is written below. */
  #freeze(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#timer);
    this.#streams.stderr.off("resize", this.#resized);
    this.#draw(true);
    this.#screen.close();
  }

  #draw(last: boolean): void {
    const { columns, rows } = this.#streams.stderr;
    const now = Date.now();
    this.#dirty = false;
    this.#drawnAt = now;
    const tokensPerSecond = this.#rate(now, totalTokens(this.#state));
    const size = { columns: columns || 80, rows: rows || 24 };
    this.#screen.draw(frame(this.#state, { ...size, now, tokensPerSecond, paint: this.#paint, last }));
  }

  readonly #resized = (): void => {
    this.#dirty = true;
  };
}
