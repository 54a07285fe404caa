import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type JournalOptions, type JournalStore, openJournal } from "../../src/journal/index.ts";

export * from "./journal-records.ts";

/** A path for a journal in an empty folder that goes when the test ends. */
export function journalPath(): string {
  const folder = mkdtempSync(join(tmpdir(), "pacore-journal-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "journal.db");
}

export async function testStore(path = journalPath(), options?: JournalOptions): Promise<JournalStore> {
  const store = await openJournal(path, options);
  onTestFinished(() => store.close());
  return store;
}
