import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { extname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { InvalidOptionError } from "../errors.ts";

export interface HubReference {
  /** `owner/name`. */
  dataset: string;
  /** A file, or a folder (often a configuration such as `main`). */
  path?: string;
  revision: string;
  split?: string;
}

const REFERENCE = /^hf:([\w.-]+\/[\w.-]+?)((?:\/[\w.-]+)*)(?:@([\w./-]+))?(?::([\w.-]+))?$/;

/** Read `hf:owner/name[/path][@revision][:split]`. @throws {InvalidOptionError} */
export function parseHubReference(text: string): HubReference {
  const [, dataset, path = "", revision = "main", split] = REFERENCE.exec(text) ?? [];
  if (!dataset) {
    throw new InvalidOptionError("data", `"${text}" is not hf:owner/name[/path][@revision][:split].`);
  }
  return { dataset, ...(path && { path: path.slice(1) }), revision, ...(split && { split }) };
}

export interface HubOptions {
  hubUrl?: string;
  cacheDir?: string;
  /** Default: `HF_TOKEN`. */
  accessToken?: string | undefined;
}

interface HubFile {
  path: string;
  oid: string;
}

/**
 * A data set of the Hugging Face hub, downloaded once.
 *
 * The listing is asked each time, for a branch moves on; without a network the last one is used.
 * @returns Paths of the data files of one split: the named one, else test, validation, train, in that order.
 */
export async function downloadDataset(reference: string, options: HubOptions = {}): Promise<string[]> {
  const wanted = parseHubReference(reference);
  const folder = join(
    options.cacheDir ?? defaultCache(),
    `${wanted.dataset.replace("/", "--")}@${wanted.revision.replaceAll("/", "--")}`,
  );
  await mkdir(folder, { recursive: true });
  const files = selectFiles(await list(wanted, folder, options), wanted);
  if (files.length === 0) {
    throw new InvalidOptionError(
      "data",
      `${reference} has no data file (parquet, jsonl, json, csv) that fits.`,
    );
  }
  const paths: string[] = [];
  for (const file of files) paths.push(await download(wanted, file, folder, options));
  return paths;
}

function defaultCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pacore", "hub");
}

/** What `HF_TOKEN` opens is for the hub alone; it is no part of any path or error. */
const credentials = ({ accessToken = process.env.HF_TOKEN }: HubOptions) =>
  accessToken ? { accessToken } : {};

async function list(wanted: HubReference, folder: string, options: HubOptions): Promise<HubFile[]> {
  const kept = join(folder, "listing.json");
  const { listFiles } = await import("@huggingface/hub");
  const repo = { type: "dataset", name: wanted.dataset } as const;
  const { hubUrl } = options;
  const files: HubFile[] = [];
  try {
    const revision = wanted.revision;
    const query = { repo, revision, recursive: true, ...(hubUrl && { hubUrl }), ...credentials(options) };
    for await (const { type, path, oid } of listFiles(query))
      if (type === "file") files.push({ path, oid: oid ?? path });
  } catch (cause) {
    const earlier = await readFile(kept, "utf8").catch(() => undefined);
    if (earlier !== undefined) return JSON.parse(earlier) as HubFile[];
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidOptionError(
      "data",
      `hf:${wanted.dataset} cannot be listed (${reason}); set HF_TOKEN if it is gated.`,
      { cause },
    );
  }
  await writeFile(kept, JSON.stringify(files));
  return files;
}

const EXTENSIONS = [".parquet", ".jsonl", ".json", ".csv", ".tsv"];
const SPLITS = ["test", "validation", "train"];

/** Files of one kind and one split. */
export function selectFiles(
  files: readonly HubFile[],
  { path, split }: Pick<HubReference, "path" | "split">,
): HubFile[] {
  const inPath = files.filter((file) => !path || file.path === path || file.path.startsWith(`${path}/`));
  const data = inPath.filter((file) => EXTENSIONS.includes(extname(file.path)));
  const kind = EXTENSIONS.find((extension) => data.some((file) => file.path.endsWith(extension)));
  const candidates = data.filter((file) => kind !== undefined && file.path.endsWith(kind));
  if (split) return candidates.filter((file) => isOf(file.path, split));
  const first = SPLITS.find((name) => candidates.some((file) => isOf(file.path, name)));
  return first ? candidates.filter((file) => isOf(file.path, first)) : candidates;
}

/** `test-00000-of-00001.parquet`, `data/test.jsonl`, `test3.jsonl` are all of the split `test`. */
function isOf(path: string, split: string): boolean {
  return path.split(/[/.-]/).some((part) => part.replace(/\d+$/, "") === split);
}

async function download(
  wanted: HubReference,
  file: HubFile,
  folder: string,
  options: HubOptions,
): Promise<string> {
  const target = join(folder, file.oid, file.path.split("/").at(-1) as string);
  if (await stat(target).catch(() => undefined)) return target;
  const { downloadFile } = await import("@huggingface/hub");
  const repo = { type: "dataset", name: wanted.dataset } as const;
  const { hubUrl } = options;
  const query = {
    repo,
    path: file.path,
    revision: wanted.revision,
    ...(hubUrl && { hubUrl }),
    ...credentials(options),
  };
  const blob = await downloadFile(query).catch((cause: unknown) => {
    throw new InvalidOptionError("data", `hf:${wanted.dataset}/${file.path} cannot be downloaded.`, {
      cause,
    });
  });
  if (!blob) throw new InvalidOptionError("data", `hf:${wanted.dataset}/${file.path} is gone.`);
  await mkdir(join(folder, file.oid), { recursive: true });
  // Complete or not there: a download that was cut short must not look like a file.
  const partial = `${target}.${process.pid}.partial`;
  await pipeline(Readable.fromWeb(blob.stream() as ReadableStream), createWriteStream(partial));
  await rename(partial, target);
  return target;
}
