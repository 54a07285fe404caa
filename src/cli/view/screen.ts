import { createLogUpdate } from "log-update";
import { displayWidth } from "./text.ts";

/** Lines on a terminal that replace each other, until `close` leaves the last ones in the scrollback. */
export class Screen {
  readonly #stream: NodeJS.WriteStream;
  readonly #update: ReturnType<typeof createLogUpdate>;
  #shown: readonly string[] = [];
  #columns: number;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
    this.#update = createLogUpdate(stream);
    this.#columns = stream.columns;
  }

  draw(lines: readonly string[]): void {
    if (this.#columns !== this.#stream.columns) this.#clearReflowed();
    this.#columns = this.#stream.columns;
    this.#shown = lines;
    this.#update(lines.join("\n"));
  }

  close(): void {
    this.#update.done();
  }

  /** A narrower terminal has broken the old lines into more rows than were drawn: take those away too. */
  #clearReflowed(): void {
    const columns = this.#stream.columns || 80;
    const rowsMore = (line: string) => Math.max(0, Math.ceil(displayWidth(line) / columns) - 1);
    const more = this.#shown.reduce((sum, line) => sum + rowsMore(line), 0);
    this.#stream.write("\u001b[2K\u001b[1A".repeat(more));
    this.#update.clear();
  }
}
