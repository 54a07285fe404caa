import { PacoreError } from "../errors.ts";

/** Something the user gave the CLI cannot be used. Exit code 2. */
export class InputError extends PacoreError {
  override name = "InputError";
}
