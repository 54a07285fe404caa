import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openResponse } from "./response-object.ts";
import { ResponseStore, type StoredResponse } from "./store.ts";

const request = { model: "m", input: "?" };
const stored = (id: string, status: "completed" | "queued" = "completed"): StoredResponse => ({
  id,
  keyId: "",
  background: true,
  request,
  input: [],
  response: { ...openResponse(id, request), status },
});

test("in memory the oldest finished responses make room, running ones stay", async () => {
  const store = await ResponseStore.open(undefined);
  store.put(stored("running", "queued"));
  for (let i = 0; i < 1100; i++) store.put(stored(`r${i}`));
  expect(store.get("r0")).toBeUndefined();
  expect(store.get("r1099")?.id).toBe("r1099");
  expect(store.get("running")?.response.status).toBe("queued");
  expect(store.unfinished().map(({ id }) => id)).toEqual(["running"]);
  store.close();
});

test("events come back in order, after the one that was seen last", async () => {
  const store = await ResponseStore.open(undefined);
  const events = [0, 1, 2].map((sequence) => ({ sequence, json: JSON.stringify({ sequence }) }));
  store.addEvents("a", events, stored("a"));
  expect(store.events("a", 0)).toEqual(['{"sequence":1}', '{"sequence":2}']);
  expect(() => store.addEvents("a", events)).toThrow();
  expect(store.delete("a")).toBe(true);
  expect(store.events("a")).toEqual([]);
  expect(store.delete("a")).toBe(false);
  store.close();
});

test("another program's file is left as it is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "pacore-store-"));
  const path = join(folder, "x.db");
  await writeFile(path, "precious, but no database");
  await expect(ResponseStore.open(path)).rejects.toThrow(/move it away/);
  expect(await readFile(path, "utf8")).toBe("precious, but no database");
  await rm(folder, { recursive: true });
});
