import type { Journal, RunHeader } from "../core/journal.ts";

export interface RunJournal extends AsyncDisposable {
  journal: Journal | undefined;
}

/**
 * The journal of one run; nothing with `--no-journal`.
 * @param place A path, `false` for none, else the default one.
 */
export async function openRunJournal(
  header: RunHeader,
  place: string | boolean | undefined,
): Promise<RunJournal> {
  if (place === false) return { journal: undefined, async [Symbol.asyncDispose]() {} };
  const { openJournal } = await import("../journal/index.ts");
  const store = await openJournal(typeof place === "string" ? place : undefined);
  try {
    const journal = await store.run(header);
    return { journal, [Symbol.asyncDispose]: () => store.close() };
  } catch (error) {
    await store.close();
    throw error;
  }
}
