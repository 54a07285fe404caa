import { PassThrough } from "node:stream";
import { WriteStream } from "node:tty";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { header, journalPath, result, testStore, trajectory } from "../../test/support/journal-samples.ts";
import { userPrompt } from "../core/solve.ts";
import { decode } from "../journal/codec.ts";
import { runsCommand } from "./runs.ts";
import { displayWidth } from "./view/text.ts";

const UUIDS = ["3f2a1111-0000-4000-8000-000000000001", "3f2a2222-0000-4000-8000-000000000002"] as const;

/** A journal with a finished run, an interrupted one and one of this process. */
async function filled() {
  const path = journalPath();
  const store = await testStore(path);
  const call = { prompt: userPrompt("漢字の問題 \u001b[31mred\u001b[0m") };
  const first = await store.run(header(UUIDS[0], { createdAt: 1_790_000_000_000, widths: [32, 4] }));
  await first.putTrajectory(trajectory(0, { message: "Long talk.\nSo it is 42." }));
  await first.putTrajectory(trajectory(1, { outcome: "failed", message: null, error: "overloaded" }));
  await first.putRound({ round: 1, messages: ["a", "b"], notes: ["one was lost"], last: false });
  await first.putResult(result(UUIDS[0], "The answer\nis \u001b]0;x\u0007 42."));
  await (await store.run(header(UUIDS[1], { createdAt: 1_790_000_001_000, call }))).close();
  await store.run(header("mine", { createdAt: 1_790_000_002_000 }));
  return { path, store };
}

const ESCAPE = "\u001b";

function environment(variables: Record<string, string | undefined>) {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
}

/** What a command wrote, with the error it ended with. */
async function runs(args: string[], { columns }: { columns?: number } = {}) {
  const { getColorDepth } = WriteStream.prototype;
  const terminal = columns ? { isTTY: true, columns, getColorDepth } : {};
  const stream = () => Object.assign(new PassThrough(), terminal);
  const [stdout, stderr] = [stream(), stream()];
  const [out, err] = [stdout.toArray(), stderr.toArray()];
  const error = await runsCommand({ stdout, stderr })
    .exitOverride()
    .parseAsync(args, { from: "user" })
    .then(
      () => undefined,
      (error: Error) => error,
    );
  stdout.end();
  stderr.end();
  return { out: (await out).join(""), err: (await err).join(""), error };
}

test("a list in a pipe has whole ids, dates and readable figures", async () => {
  const { path } = await filled();
  const { out, error } = await runs(["list", "--journal", path]);
  expect(error).toBeUndefined();
  expect(out.split("\n")).toEqual([
    "ID                                    STATE        STARTED               WIDTHS   CALLS  TTC  MODEL     PROBLEM",
    "mine                                  running      2026-09-21T14:13:22Z  [4]          0    0  embedded  What is 6 × 7?",
    `${UUIDS[1]}  interrupted  2026-09-21T14:13:21Z  [4]          0    0  embedded  漢字の問題 red`,
    `${UUIDS[0]}  finished     2026-09-21T14:13:20Z  [32, 4]      2   84  embedded  What is 6 × 7?`,
    "",
  ]);
});

test.each([24, 40, 60, 80, 120])("in a terminal of %d columns no line is wider", async (columns) => {
  const { path } = await filled();
  for (const args of [["list"], ["show", UUIDS[0]]]) {
    const { out } = await runs([...args, "--journal", path], { columns });
    const lines = stripVTControlCharacters(out).split("\n");
    // An id is there to be copied, and stays whole.
    const wide = lines.filter((line) => displayWidth(line) > columns && !line.includes(UUIDS[0]));
    expect(wide).toEqual([]);
    expect(out).toContain("3f2a1");
  }
});

test("ids in a terminal are shortened, and what is shown is enough to name the run", async () => {
  const { path } = await filled();
  const { out } = await runs(["list", "--journal", path], { columns: 100 });
  const ids = stripVTControlCharacters(out)
    .split("\n")
    .slice(1, -1)
    .map((line) => line.split(" ")[0]);
  expect(ids).toEqual(["mine", "3f2a2222", "3f2a1111"]);
  for (const id of ids) expect((await runs(["show", id as string, "--journal", path])).error).toBeUndefined();
});

test("no colours where it is no terminal, nor with NO_COLOR", async () => {
  const { path } = await filled();
  const show = async (columns?: number) =>
    (await runs(["show", "mine", "--journal", path], columns ? { columns } : {})).out;
  environment({ FORCE_COLOR: undefined, NO_COLOR: undefined, CI: undefined, TERM: "xterm-256color" });
  expect(await show(80)).toContain(ESCAPE);
  expect(await show()).not.toContain(ESCAPE);
  environment({ NO_COLOR: "1" });
  expect(await show(80)).not.toContain(ESCAPE);
});

test("show has header, rounds, trajectories with conclusions, receipt and answer", async () => {
  const { path } = await filled();
  const { out } = await runs(["show", "3f2a1", "--journal", path]);
  expect(out.split("\n")).toEqual([
    `run         ${UUIDS[0]}`,
    "state       finished",
    "started     2026-09-21T14:13:20Z",
    expect.stringMatching(/^finished {4}20/),
    "model       embedded",
    "widths      [32, 4]",
    "settings    seed 7",
    "problem     What is 6 × 7?",
    "",
    "round 1: 2 messages passed on",
    "  ! one was lost",
    "",
    "ROUND  PLACE  TRY  OUTCOME   TOKENS  TIME  CONCLUSION",
    "    1      0    1  finished      42  13ms  … So it is 42.",
    "    1      1    1  failed        42  13ms  overloaded",
    "",
    expect.stringContaining("TTC"),
    expect.stringMatching(/^answer /),
    expect.stringMatching(/^total /),
    "",
    "The answer",
    "is \u001b]0;x\u0007 42.",
    "",
  ]);
});

test("a model cannot write to the terminal past the text", async () => {
  const { path } = await filled();
  for (const args of [["list"], ["show", UUIDS[0]], ["show", UUIDS[1]]]) {
    environment({ FORCE_COLOR: undefined, NO_COLOR: "1" });
    const { out } = await runs([...args, "--journal", path], { columns: 80 });
    expect(out).not.toContain(ESCAPE);
    expect(out).not.toContain("\u0007");
  }
});

test("an interrupted run says how to go on", async () => {
  const { path } = await filled();
  const { out } = await runs(["show", "3f2a2", "--journal", path]);
  expect(out).toContain(`pacore runs resume ${UUIDS[1]} --journal ${path}`);
});

test("with --json, list and show are data, and export is everything", async () => {
  const { path, store } = await filled();
  const list = await runs(["list", "--json", "--limit", "2", "--journal", path]);
  expect(
    list.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).runId),
  ).toEqual(["mine", UUIDS[1]]);
  const show = await runs(["show", "3f2a1", "--json", "--journal", path]);
  const shown = JSON.parse(show.out);
  expect(shown).toMatchObject({ state: "finished", result: { source: "synthesis" } });
  expect(shown.trajectories).toMatchObject([{ index: 0 }, { index: 1, error: "overloaded" }]);
  const exported = await runs(["export", "3f2a1", "--journal", path]);
  expect(exported.out.trim().split("\n").map(decode)).toEqual([...store.export(UUIDS[0])].map(decode));
});

test("runs are deleted by id and by state; those that are running stay", async () => {
  const { path, store } = await filled();
  expect((await runs(["delete", "--all-finished", "--journal", path])).out).toMatch(
    new RegExp(`^deleted ${UUIDS[0]}\n1 run deleted, \\d+\\.\\d MB given back`),
  );
  const { out } = await runs(["delete", "3f2a2", "--json", "--journal", path]);
  expect(JSON.parse(out)).toMatchObject({ deleted: [UUIDS[1]] });
  const busy = await runs(["delete", "mine", "--journal", path]);
  expect(busy.error?.name).toBe("JournalBusyError");
  expect(store.match("")).toEqual(["mine"]);
});

test.each([
  [["show", "nope"], /There is no run nope in .*`pacore runs list` shows/],
  [["export", "3f2a"], /More than one run begins with 3f2a \(3f2a1111.*, 3f2a2222.*\); write more/],
  [["delete", "mine", "nope"], /There is no run nope/],
  [["delete"], /Name the runs to delete, or write --all-finished/],
])("bad input %j is an input error that says what to do, and changes nothing", async (args, words) => {
  const { path, store } = await filled();
  const { error, out } = await runs([...args, "--journal", path]);
  expect(error).toMatchObject({ name: "InputError", message: expect.stringMatching(words) });
  expect(out).toBe("");
  expect(store.match("")).toHaveLength(3);
});

test("an id that is the beginning of another is found by itself", async () => {
  const { path, store } = await filled();
  await store.run(header("mine-too"));
  expect((await runs(["show", "mine", "--journal", path])).out).toMatch(/^run +mine\n/);
});

test("a list without a journal is empty; a named journal must be there", async () => {
  const path = journalPath();
  environment({ XDG_DATA_HOME: path, PACORE_JOURNAL: undefined });
  expect(await runs(["list"])).toMatchObject({
    out: "",
    err: `There are no runs in ${path}/pacore/journal.db yet.\n`,
    error: undefined,
  });
  const { error } = await runs(["list", "--journal", `${path}/none.db`]);
  expect(error).toMatchObject({
    fault: "missing",
    message: expect.stringContaining("none.db does not exist"),
  });
});
