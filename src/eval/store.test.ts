import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Toy, toyFolder } from "../../test/e2e/eval-toy.ts";
import { JournalError } from "../journal/errors.ts";
import { openStore } from "./store.ts";

let toy: Toy;
beforeEach(() => {
  toy = toyFolder();
});
afterEach(() => toy.remove());

test("another process cannot open a store that is in use", async () => {
  const store = await toy.open();
  const module = fileURLToPath(new URL("./store.ts", import.meta.url));
  const script = `import { openStore } from ${JSON.stringify(module)};
    await openStore(${JSON.stringify(store.path)}).then(() => console.log("opened"), (e) => console.log(e.message));`;
  const said = execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  expect(said).toContain("in use by another evaluation");
  await store.close();
  await (await toy.open()).close();
});

test("a file that is something else is left as it is", async () => {
  const path = join(toy.folder, "notes.db");
  writeFileSync(path, "my notes".repeat(1000));
  await expect(openStore(path)).rejects.toThrow(JournalError);
  expect(readFileSync(path, "utf8")).toBe("my notes".repeat(1000));
});

test("a missing store is not made by those who only read", async () => {
  const path = join(toy.folder, "absent.db");
  await expect(openStore(path, { create: false })).rejects.toThrow("does not exist");
});
