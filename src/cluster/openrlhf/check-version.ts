import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { InvalidOptionError } from "../../errors.ts";
import type { ClusterSettings } from "./cluster-settings.ts";
import { OPENRLHF_VERSION } from "./trainer-flags.ts";

const QUESTION = "import importlib.metadata as m; print(m.version('openrlhf'))";

/**
 * Flags are renamed between versions of OpenRLHF: another one is refused before anything is begun. Where another host's
 * Python runs it, there is nobody to ask.
 * @throws {InvalidOptionError}
 */
export async function checkVersion({ launcher, python, anyVersion }: ClusterSettings): Promise<void> {
  if (launcher !== "local" || anyVersion) return;
  const version = await versionOf(python);
  if (version === OPENRLHF_VERSION || version.startsWith(`${OPENRLHF_VERSION}.`)) return;
  throw new InvalidOptionError(
    "cluster.python",
    `${python} has OpenRLHF ${version}, the flags are those of ${OPENRLHF_VERSION}: pip install ` +
      `"openrlhf[vllm]~=${OPENRLHF_VERSION}.0", or set cluster.anyVersion to true.`,
  );
}

async function versionOf(python: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(python, ["-c", QUESTION], { timeout: 60_000 });
    return stdout.trim();
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ENOENT";
    const problem = missing
      ? `${python} cannot be started (there is no such program).`
      : `${python} has no OpenRLHF: pip install "openrlhf[vllm]~=${OPENRLHF_VERSION}.0".`;
    throw new InvalidOptionError("cluster.python", problem, { cause });
  }
}
