import { PacoreError } from "../errors.ts";

/** The bytes are not a pickle of plain data. */
export class PickleError extends PacoreError {
  override name = "PickleError";
}

export type PickleValue = string | number | boolean | null | PickleValue[] | { [key: string]: PickleValue };

/**
 * Read a Python pickle of plain data: strings, integers, lists, dicts, and the constants None, True, False.
 *
 * A pickle is a program that may import and call anything; here the opcodes that do so do not exist, and meeting
 * one (or any other not listed) is an error. LiveCodeBench keeps its hidden tests in this form.
 * @throws {PickleError}
 */
export function readPickle(bytes: Uint8Array): PickleValue {
  return new Unpickler(bytes).run();
}

const MARK = Symbol("mark");
type Slot = PickleValue | typeof MARK;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The stack machine of pickle protocols 2 to 5, cut down to data. */
class Unpickler {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PickleValue>();

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): PickleValue {
    for (;;) {
      const at = this.#at;
      const opcode = String.fromCharCode(this.#take(1)[0] as number);
      if (opcode === ".") return this.#pop();
      if (!this.#step(opcode)) {
        const code = opcode.charCodeAt(0).toString(16).padStart(2, "0");
        throw new PickleError(`Byte ${at}: opcode 0x${code} is refused; only plain data is read.`);
      }
    }
  }

  #step(opcode: string): boolean {
    return this.#constant(opcode) || this.#text(opcode) || this.#container(opcode) || this.#memory(opcode);
  }

  #constant(opcode: string): boolean {
    switch (opcode) {
      case "\x80":
        this.#take(1);
        return true;
      case "\x95":
        this.#take(8);
        return true;
      case "N":
        return this.#push(null);
      case "\x88":
        return this.#push(true);
      case "\x89":
        return this.#push(false);
      case "J":
        return this.#push(this.#view.getInt32(this.#advance(4), true));
      case "K":
        return this.#push(this.#take(1)[0] as number);
      case "M":
        return this.#push(this.#view.getUint16(this.#advance(2), true));
      case "\x8a":
        return this.#push(this.#long(this.#take(1)[0] as number));
      default:
        return false;
    }
  }

  #text(opcode: string): boolean {
    switch (opcode) {
      case "\x8c":
        return this.#push(this.#utf8(this.#take(1)[0] as number));
      case "X":
        return this.#push(this.#utf8(this.#view.getUint32(this.#advance(4), true)));
      case "\x8d":
        return this.#push(this.#utf8(Number(this.#view.getBigUint64(this.#advance(8), true))));
      default:
        return false;
    }
  }

  #container(opcode: string): boolean {
    switch (opcode) {
      case "(":
        this.#stack.push(MARK);
        return true;
      case "]":
        return this.#push([]);
      case "}":
        return this.#push({});
      case "l":
        return this.#push(this.#toMark());
      case "a":
        return this.#append([this.#pop()]);
      case "e":
        return this.#append(this.#toMark());
      case "d": {
        const items = this.#toMark();
        this.#stack.push({});
        return this.#set(items);
      }
      case "s": {
        const value = this.#pop();
        return this.#set([this.#pop(), value]);
      }
      case "u":
        return this.#set(this.#toMark());
      default:
        return false;
    }
  }

  #memory(opcode: string): boolean {
    switch (opcode) {
      case "\x94":
        return this.#remember(this.#memo.size);
      case "q":
        return this.#remember(this.#take(1)[0] as number);
      case "r":
        return this.#remember(this.#view.getUint32(this.#advance(4), true));
      case "h":
        return this.#recall(this.#take(1)[0] as number);
      case "j":
        return this.#recall(this.#view.getUint32(this.#advance(4), true));
      default:
        return false;
    }
  }

  #push(value: PickleValue): true {
    this.#stack.push(value);
    return true;
  }

  #pop(): PickleValue {
    const value = this.#stack.pop();
    if (value === undefined || value === MARK) throw new PickleError(`Byte ${this.#at}: the stack is empty.`);
    return value;
  }

  #toMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark < 0) throw new PickleError(`Byte ${this.#at}: a mark is missing.`);
    return this.#stack.splice(mark).slice(1) as PickleValue[];
  }

  #append(items: PickleValue[]): true {
    const list = this.#stack.at(-1);
    if (!Array.isArray(list)) throw new PickleError(`Byte ${this.#at}: what is appended to is no list.`);
    for (const item of items) list.push(item);
    return true;
  }

  #set(items: PickleValue[]): true {
    const target = this.#stack.at(-1);
    if (typeof target !== "object" || target === null || Array.isArray(target)) {
      throw new PickleError(`Byte ${this.#at}: what is filled is no dict.`);
    }
    for (let i = 0; i + 1 < items.length; i += 2) {
      // An own property even where the key is `__proto__`.
      const value = items[i + 1] as PickleValue;
      const key = String(items[i]);
      Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
    }
    return true;
  }

  #remember(key: number): true {
    const top = this.#pop();
    this.#memo.set(key, top);
    return this.#push(top);
  }

  #recall(key: number): true {
    const value = this.#memo.get(key);
    if (value === undefined) throw new PickleError(`Byte ${this.#at}: nothing was kept under ${key}.`);
    return this.#push(value);
  }

  #long(length: number): number {
    let value = 0n;
    for (const [i, byte] of this.#take(length).entries()) value |= BigInt(byte) << BigInt(8 * i);
    value = BigInt.asIntN(8 * length, value);
    if (!Number.isSafeInteger(Number(value)))
      throw new PickleError(`Byte ${this.#at}: an integer beyond 2^53.`);
    return Number(value);
  }

  #utf8(length: number): string {
    try {
      return utf8.decode(this.#take(length));
    } catch (cause) {
      if (cause instanceof PickleError) throw cause;
      throw new PickleError(`Byte ${this.#at}: a string is not UTF-8.`, { cause });
    }
  }

  #take(length: number): Uint8Array {
    const from = this.#advance(length);
    return this.#bytes.subarray(from, this.#at);
  }

  #advance(length: number): number {
    const from = this.#at;
    if (from + length > this.#bytes.length) throw new PickleError("The pickle ends in the middle.");
    this.#at = from + length;
    return from;
  }
}
