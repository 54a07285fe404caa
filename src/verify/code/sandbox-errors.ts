import { PacoreError } from "../../errors.ts";

/** Programs cannot be run safely here, so they are not run at all. The message says what is missing. */
export class SandboxUnavailableError extends PacoreError {
  override name = "SandboxUnavailableError";

  constructor(problem: string, options?: ErrorOptions) {
    super(
      `There is no sandbox to run programs in: ${problem} Use a Linux machine with bubblewrap 0.8 or later (Debian: apt-get install bubblewrap) and user namespaces, or name a remote one: PACORE_SANDBOX=fusion:URL or piston:URL.`,
      options,
    );
  }
}

/** The sandbox failed, not the program in it: what was to be judged is unscored. */
export class SandboxError extends PacoreError {
  override name = "SandboxError";
}
