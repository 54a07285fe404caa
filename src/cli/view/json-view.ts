import type { View } from "./view.ts";

/** Every event as one line of JSON. */
export function jsonView(stdout: NodeJS.WritableStream): View {
  const write = (record: unknown) => stdout.write(`${JSON.stringify(record, binaryAsBase64)}\n`);
  return { show: write, extra: write, tell: () => {}, close: () => {} };
}

function binaryAsBase64(this: Record<string, unknown>, key: string, value: unknown): unknown {
  const raw = this[key];
  return raw instanceof Uint8Array ? Buffer.from(raw).toString("base64") : value;
}
