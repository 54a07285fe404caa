import type { Random } from "../src/core/random.ts";

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const WORDS = [
  "",
  "\u0000",
  "\uD800",
  "💥",
  "__proto__",
  "constructor",
  "a".repeat(3000),
  "../../etc",
  "%24{jndi:x}",
  "model",
  "model:high",
  "model@64,64",
  "model@-1",
  "data:image/png;base64,@@",
  "http://",
  "NaN",
];
const NUMBERS = [0, -1, 1e308, 0.5, Number.MAX_SAFE_INTEGER, 2, 100_000_000];
const FIELDS = [
  "model",
  "messages",
  "input",
  "stream",
  "tools",
  "tool_choice",
  "response_format",
  "pacore",
  "n",
  "stop",
  "temperature",
  "max_tokens",
  "reasoning",
  "text",
  "metadata",
  "previous_response_id",
  "background",
  "logit_bias",
  "seed",
  "include",
  "__proto__",
];
const ROLES = ["user", "system", "assistant", "tool", "developer", "wizard"];

function anything(random: Random, depth = 0): unknown {
  const kind = Math.floor(random() * (depth > 4 ? 4 : 6));
  if (kind === 0) return pick(random, WORDS);
  if (kind === 1) return pick(random, NUMBERS);
  if (kind === 2) return random() < 0.5;
  if (kind === 3) return null;
  const length = Math.floor(random() * 5);
  if (kind === 4) return Array.from({ length }, () => anything(random, depth + 1));
  const keys = Array.from({ length }, () =>
    pick(random, [...FIELDS, ...WORDS, "role", "content", "type", "text"]),
  );
  return Object.fromEntries(keys.map((key) => [key, anything(random, depth + 1)]));
}

/** A request that is nearly right: one or two of its fields are not. */
function nearlyRight(random: Random): unknown {
  const message = {
    role: pick(random, ROLES),
    content: pick(random, ["hi", anything(random)]),
    tool_call_id: "x",
  };
  const body: Record<string, unknown> = {
    model: pick(random, ["model", "model@1", "model@2,1", "model:low"]),
    messages: [message],
    input: [pick(random, [message, anything(random)])],
    max_tokens: 1,
  };
  delete body[pick(random, ["messages", "input", "max_tokens"])];
  for (let i = 0; i < 2; i++) {
    const field = pick(random, FIELDS);
    // A run in the background or of many calls is a load, not a mistake.
    if (!["background", "n"].includes(field)) body[field] = anything(random);
  }
  return body;
}

/** Bodies that no client should send: broken JSON, wrong types, odd Unicode, depth, random bytes. */
export function hostileBody(random: Random): Buffer {
  const kind = random();
  if (kind < 0.4) return Buffer.from(JSON.stringify(nearlyRight(random)) ?? "null");
  if (kind < 0.6) return Buffer.from(JSON.stringify(anything(random)) ?? "null");
  if (kind < 0.75) {
    const text = JSON.stringify(nearlyRight(random));
    return Buffer.from(text.slice(0, Math.floor(random() * text.length)));
  }
  if (kind < 0.8) {
    const depth = Math.floor(random() * 20_000);
    return Buffer.from(`{"model":"model@1","messages":${"[".repeat(depth)}${"]".repeat(depth)}}`);
  }
  if (kind < 0.85)
    return Buffer.from(`{"model":"model@1","messages":[${'{"role":"user","content":""},'.repeat(3000)}{}]}`);
  return Buffer.from(
    Uint8Array.from({ length: Math.floor(random() * 500) }, () => Math.floor(random() * 256)),
  );
}
