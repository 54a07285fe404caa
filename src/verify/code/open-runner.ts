import { InvalidOptionError } from "../../errors.ts";
import { localRunner } from "./local-runner.ts";
import { piston } from "./piston.ts";
import type { CodeRunner } from "./runner.ts";
import { sandboxFusion } from "./sandbox-fusion.ts";

const REMOTE = { fusion: sandboxFusion, piston };

/**
 * The sandbox that `PACORE_SANDBOX` names (`fusion:http://localhost:8080`, `piston:http://localhost:2000`), else
 * bubblewrap on this machine.
 * @throws {SandboxUnavailableError} where there is none: nothing is run without.
 * @throws {InvalidOptionError} for a name that is none.
 */
export async function openRunner(reference = process.env.PACORE_SANDBOX): Promise<CodeRunner> {
  if (reference === undefined || reference === "" || reference === "local") return localRunner();
  const [, kind, url = ""] = /^(fusion|piston):(.*)$/s.exec(reference) ?? [];
  if (kind === undefined || !/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    throw new InvalidOptionError("PACORE_SANDBOX", "is none of local, fusion:URL and piston:URL.");
  }
  return REMOTE[kind as keyof typeof REMOTE]({ url });
}
