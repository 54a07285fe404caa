import { PacoreError } from "../errors.ts";

/** A model directory of which something is missing or damaged. */
export class ModelDirectoryError extends PacoreError {
  override name = "ModelDirectoryError";
}
