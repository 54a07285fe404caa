import type { RunHeader } from "../core/journal.ts";
import { encode } from "./codec.ts";

const MOST_CHARACTERS = 60;

/**
 * What is different between a run as stored and as asked for, readable: "model: a, now b".
 * Never empty: fingerprints may differ where the headers do not show it.
 */
export function differencesOf(stored: RunHeader, asked: RunHeader): string[] {
  const settings = new Set([...Object.keys(stored.settings), ...Object.keys(asked.settings)]);
  const differences = [
    difference("model", stored.model, asked.model),
    difference("widths", stored.widths, asked.widths),
    ...[...settings].map((name) => difference(name, stored.settings[name], asked.settings[name])),
    // Prompts are too long to be shown, and private.
    encode(stored.call ?? null) === encode(asked.call ?? null) ? undefined : "problem or call settings",
  ].filter((text) => text !== undefined);
  return differences.length > 0 ? differences : ["fingerprint"];
}

function difference(name: string, stored: unknown, asked: unknown): string | undefined {
  const before = encode(stored ?? null);
  const now = encode(asked ?? null);
  return before === now ? undefined : `${name} (${shorten(before)}, now ${shorten(now)})`;
}

function shorten(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text;
}
