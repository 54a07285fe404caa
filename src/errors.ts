/** Base of every error this package throws on purpose. The message says what to do next. */
export class PacoreError extends Error {
  override name = "PacoreError";
}

/** An option or an input that cannot be used. The CLI exits with 2, the server answers 400. */
export class InvalidOptionError extends PacoreError {
  override name = "InvalidOptionError";
  /** The option or field at fault, as the user wrote it. */
  readonly option: string;

  constructor(option: string, problem: string, options?: ErrorOptions) {
    super(`${option}: ${problem}`, options);
    this.option = option;
  }
}
