/** Same words, same conclusion: case, width, spacing and a closing full stop aside. */
export function normalText(message: string): string {
  return message
    .normalize("NFKC")
    .toLowerCase()
    .replace(/\s+/g, " ")
    .trim()
    .replace(/[\s.。!]+$/, "");
}

/** The largest group of equal conclusions: its members in their order. Ties go to the earlier group. */
export function plurality(
  messages: readonly string[],
  normalForm: (message: string) => string = normalText,
): string[] {
  let best: string[] = [];
  for (const group of Map.groupBy(messages, normalForm).values())
    if (group.length > best.length) best = group;
  return best;
}

/** Share of the messages that are in the largest group; 0 without any. */
export function agreementOf(messages: readonly string[], normalForm?: (message: string) => string): number {
  return messages.length === 0 ? 0 : plurality(messages, normalForm).length / messages.length;
}
