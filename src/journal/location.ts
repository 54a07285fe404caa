import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

interface Surroundings {
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  home?: string;
}

/**
 * Where runs are kept unless the user says otherwise: `$XDG_DATA_HOME/pacore/journal.db` wherever it is set,
 * else the platform's own place for data.
 */
export function defaultJournalPath({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: Surroundings = {}): string {
  return join(dataHome(env, platform, home), "pacore", "journal.db");
}

function dataHome(env: NodeJS.ProcessEnv, platform: NodeJS.Platform, home: string): string {
  // The specification wants relative paths ignored.
  if (env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)) return env.XDG_DATA_HOME;
  if (platform === "win32") return env.LOCALAPPDATA || join(home, "AppData", "Local");
  if (platform === "darwin") return join(home, "Library", "Application Support");
  return join(home, ".local", "share");
}
