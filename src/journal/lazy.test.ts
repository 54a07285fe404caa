import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

test("who opens no journal does not load SQLite", async () => {
  const script = `
    await import("./src/index.ts");
    const { openJournal } = await import("./src/journal/index.ts");
    const loaded = () => process.moduleLoadList.some((name) => /sqlite/i.test(name));
    const before = loaded();
    await openJournal("/dev/null/journal.db").catch(() => {});
    console.log(before, loaded());`;
  const args = ["--input-type=module-typescript", "-e", script];
  expect((await promisify(execFile)(process.execPath, args)).stdout).toBe("false true\n");
});
