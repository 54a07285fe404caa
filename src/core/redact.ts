const SECRET_NAME = /(KEY|TOKEN|SECRET|PASSWORD)$/i;
const KEY_SHAPES =
  /\b(?:sk|pk|rk|gsk|hf|xai|key|AIza)[-_][\w-]{8,}|\bBearer\s+[\w.~+/-]+=*|:\/\/[^\s/@:]+:[^\s/@]+@/gi;

/**
 * An error's text without anything that looks like, or is, a key: upstreams like to quote the one they got.
 * Shortened to `limit` characters.
 */
export function redact(text: string, limit = 500): string {
  let out = text;
  for (const [name, value] of Object.entries(process.env)) {
    if (value && value.length >= 8 && SECRET_NAME.test(name)) out = out.replaceAll(value, "[redacted]");
  }
  out = out.replace(KEY_SHAPES, (match) => (match.startsWith("://") ? "://[redacted]@" : "[redacted]"));
  return out.length > limit ? `${out.slice(0, limit)}…` : out;
}
