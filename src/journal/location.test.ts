import { expect, test } from "vitest";
import { defaultJournalPath } from "./location.ts";

const home = "/home/u";

test("the XDG data directory is used on every platform that sets it", () => {
  for (const platform of ["linux", "darwin"] as const) {
    expect(defaultJournalPath({ env: { XDG_DATA_HOME: "/data" }, platform, home })).toBe(
      "/data/pacore/journal.db",
    );
  }
});

test("a relative or empty XDG data directory is ignored, as the specification wants", () => {
  for (const XDG_DATA_HOME of ["data", ""]) {
    expect(defaultJournalPath({ env: { XDG_DATA_HOME }, platform: "linux", home })).toBe(
      "/home/u/.local/share/pacore/journal.db",
    );
  }
});

test("without it, each platform has its own place", () => {
  expect(defaultJournalPath({ env: {}, platform: "darwin", home })).toBe(
    "/home/u/Library/Application Support/pacore/journal.db",
  );
  expect(defaultJournalPath({ env: { LOCALAPPDATA: "/l" }, platform: "win32", home })).toBe(
    "/l/pacore/journal.db",
  );
});
