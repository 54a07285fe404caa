/** The bytes around an event's data, where the event is one `data:` line and its blank line. */
export interface Framing {
  opening: string;
  closing: string;
}

export interface EventSink {
  /**
   * One server-sent event.
   * @param name its `event:` field, `""` without one.
   */
  onEvent(data: string, name: string, framing: Framing | undefined): void;
  /**
   * A chance to take a whole event, its blank line included, straight from the bytes.
   * @returns where the next line begins, or -1 to have the event read in the ordinary way.
   */
  fast?(bytes: Uint8Array, from: number): number;
}

/** A single event beyond this is a broken or hostile server. */
export const MAX_EVENT_BYTES = 16 * 1024 * 1024;

export class EventTooLongError extends Error {
  override name = "EventTooLongError";
}

const LF = 10;
const CR = 13;
const NO_BYTES = Buffer.alloc(0);

/**
 * Server-sent events from bytes that may be cut anywhere (WHATWG HTML, 9.2.6). Bytes are decoded a whole line
 * at a time, so that a character can never be cut. More lenient than the standard in two places: an event needs
 * no blank line before the end of the stream, and a bare line of JSON counts as data (servers that fail in
 * mid-stream write their error that way).
 */
export class EventReader {
  readonly #sink: EventSink;
  readonly #maxBytes: number;
  /** Bytes of a line whose end has not come. */
  #rest: Buffer[] = [];
  #restBytes = 0;
  #first = true;
  /** No line of an event has been read yet: the sink may take the next one whole. */
  #between = true;
  #data: string | undefined;
  #dataBytes = 0;
  #name = "";
  #framing: Framing | undefined;

  constructor(sink: EventSink, maxBytes = MAX_EVENT_BYTES) {
    this.#sink = sink;
    this.#maxBytes = maxBytes;
  }

  push(chunk: Buffer): void {
    const { length } = chunk;
    let at = this.#restBytes > 0 ? this.#completeRest(chunk) : 0;
    while (at < length) {
      if (this.#between && this.#sink.fast) {
        const next = this.#sink.fast(chunk, at);
        if (next > 0) {
          at = next;
          continue;
        }
      }
      const end = chunk.indexOf(LF, at);
      if (end < 0) break;
      this.#lines(chunk.toString("utf8", at, end));
      at = end + 1;
    }
    if (at < length) this.#keep(chunk.subarray(at));
  }

  /** The stream is over: what is left is the last event. */
  end(): void {
    if (this.#restBytes > 0) this.#lines(this.#takeRest(NO_BYTES).toString("utf8"));
    this.#dispatch("");
  }

  /** @returns where the first line that begins in `chunk` begins. */
  #completeRest(chunk: Buffer): number {
    const end = chunk.indexOf(LF);
    if (end < 0) return 0;
    this.#lines(this.#takeRest(chunk.subarray(0, end)).toString("utf8"));
    return end + 1;
  }

  #takeRest(last: Buffer): Buffer {
    const bytes = Buffer.concat([...this.#rest, last]);
    this.#rest = [];
    this.#restBytes = 0;
    return bytes;
  }

  #keep(bytes: Buffer): void {
    // Lines may also end in CR alone; one at the very end may be the first half of a CRLF.
    const cut = bytes.length > 1 ? bytes.lastIndexOf(CR, bytes.length - 2) + 1 : 0;
    if (cut > 0) this.#lines(this.#takeRest(bytes.subarray(0, cut)).toString("utf8"));
    this.#restBytes += bytes.length - cut;
    if (this.#restBytes > this.#maxBytes) throw new EventTooLongError("An event of the stream is too long.");
    // A copy: the view would keep the socket's whole read buffer alive.
    this.#rest.push(Buffer.from(bytes.subarray(cut)));
  }

  /** One line without its LF; several, if some end in CR alone. */
  #lines(text: string): void {
    const eol = text.endsWith("\r") ? "\r\n" : "\n";
    const line = eol === "\n" ? text : text.slice(0, -1);
    if (!line.includes("\r")) this.#line(line, eol);
    else for (const part of line.split("\r")) this.#line(part, "\r");
  }

  #line(text: string, eol: string): void {
    const line = this.#first ? text.replace(/^\uFEFF/, "") : text;
    this.#first = false;
    if (line === "") this.#dispatch(eol);
    else if (line.startsWith("data: ")) this.#append(line, "data: ", eol);
    else if (line.startsWith("data:")) this.#append(line, "data:", eol);
    else if (line.startsWith("{")) this.#append(line, "", eol);
    else if (line.startsWith("event:")) {
      this.#name = line.slice("event:".length).trim();
      this.#between = false;
    }
  }

  #append(line: string, opening: string, eol: string): void {
    const value = line.slice(opening.length);
    this.#dataBytes += value.length;
    if (this.#dataBytes > this.#maxBytes) throw new EventTooLongError("An event of the stream is too long.");
    this.#framing = this.#between && eol !== "\r" ? { opening, closing: eol + eol } : undefined;
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    this.#between = false;
  }

  #dispatch(eol: string): void {
    const data = this.#data;
    const name = this.#name;
    const framing = this.#framing?.closing === eol + eol ? this.#framing : undefined;
    this.#data = undefined;
    this.#dataBytes = 0;
    this.#name = "";
    this.#between = true;
    if (data !== undefined) this.#sink.onEvent(data, name, framing);
  }
}
