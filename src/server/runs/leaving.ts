/** The last reader of a run has left; nobody is there to be told. */
export class ReaderLeftError extends Error {
  override name = "ReaderLeftError";
  constructor() {
    super("The client left.");
  }
}

/** The server stops; the run goes on in its next life, from the journal. */
export class SuspendedError extends Error {
  override name = "SuspendedError";
  constructor() {
    super("The server stopped; the run goes on when it is back.");
  }
}
