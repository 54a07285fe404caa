import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { downloadDataset, parseHubReference, selectFiles } from "./hub.ts";
import { loadProblems } from "./load.ts";

const FILES: Record<string, string> = {
  "README.md": "# data",
  "data/test-00000-of-00001.jsonl": '{"question": "1+1?", "answer": "#### 2"}\n',
  "data/train-00000-of-00001.jsonl": '{"question": "2+2?", "answer": "#### 4"}\n',
};

let server: Server;
let hubUrl: string;
let cacheDir: string;
let downloads: string[];
beforeEach(async () => {
  downloads = [];
  server = createServer((request, response) => {
    const url = decodeURIComponent(request.url ?? "");
    if (url.startsWith("/api/datasets/owner/name/tree/main")) {
      const entries = Object.entries(FILES).map(([path, text]) => ({
        type: "file",
        path,
        size: text.length,
        oid: `oid-${text.length}-${path.length}`,
      }));
      response.setHeader("content-type", "application/json");
      return response.end(JSON.stringify(entries));
    }
    const path = /\/resolve\/main\/(.*)$/.exec(url)?.[1] ?? "";
    const text = FILES[path];
    if (text === undefined) return response.writeHead(404).end("{}");
    if (request.method === "GET") downloads.push(path);
    response.setHeader("etag", '"e"');
    const range = /bytes=0-0/.test(request.headers.range ?? "");
    if (range) response.writeHead(206, { "content-range": `bytes 0-0/${Buffer.byteLength(text)}` });
    return response.end(range ? text[0] : text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  hubUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  cacheDir = await mkdtemp(join(tmpdir(), "pacore-hub-"));
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(cacheDir, { recursive: true });
});

test("a data set is downloaded once: the test split unless another is named", async () => {
  const hub = { hubUrl, cacheDir };
  const [path = ""] = await downloadDataset("hf:owner/name", hub);
  expect(await readFile(path, "utf8")).toBe(FILES["data/test-00000-of-00001.jsonl"]);
  const before = downloads.length;
  const { problems } = await loadProblems("hf:owner/name", { hub });
  expect(problems.map(({ answer }) => answer)).toEqual(["2"]);
  expect(downloads.length).toBe(before);
  const train = await loadProblems("hf:owner/name:train", { hub });
  expect(train.problems.map(({ answer }) => answer)).toEqual(["4"]);
});

test("without a network, what was downloaded is used", async () => {
  await downloadDataset("hf:owner/name", { hubUrl, cacheDir });
  const hub = { hubUrl: "http://127.0.0.1:1", cacheDir };
  expect((await loadProblems("hf:owner/name", { hub })).problems).toHaveLength(1);
});

test("a data set that does not exist is an error that names it", async () => {
  await expect(downloadDataset("hf:owner/other", { hubUrl, cacheDir })).rejects.toThrow("hf:owner/other");
});

test("references name a path, a revision and a split", () => {
  expect(parseHubReference("hf:a/b")).toEqual({ dataset: "a/b", revision: "main" });
  expect(parseHubReference("hf:a/b-c.d/main@v1.0:train")).toEqual({
    dataset: "a/b-c.d",
    path: "main",
    revision: "v1.0",
    split: "train",
  });
  expect(() => parseHubReference("hf:a")).toThrow("data");
});

test("one kind of file is taken, and numbered files of a split together", () => {
  const files = ["test.jsonl", "test2.jsonl", "contest.jsonl", "a.csv"].map((path) => ({ path, oid: path }));
  const chosen = selectFiles(files, {}).map(({ path }) => path);
  expect(chosen).toEqual(["test.jsonl", "test2.jsonl"]);
  expect(selectFiles(files, { path: "a.csv" })).toHaveLength(1);
});
