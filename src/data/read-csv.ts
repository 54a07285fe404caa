import { createReadStream } from "node:fs";
import type { RowOrRejected } from "./rows.ts";

/** Comma- or tab-separated values with a header line; quoted fields may hold line ends. */
export async function* readCsv(path: string): AsyncGenerator<RowOrRejected> {
  const { parse } = await import("csv-parse");
  const parser = createReadStream(path).pipe(
    parse({
      bom: true,
      delimiter: path.endsWith(".tsv") ? "\t" : ",",
      info: true,
      // A field too many or too few is that line's fault, not the file's.
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
    }),
  );
  let header: string[] | undefined;
  let line = 1;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      if (header) yield rowFrom({ file: path, line, header, record });
      else header = record;
      line = info.lines + 1;
    }
  } catch (error) {
    // A quote that never closes swallows the rest of the file.
    yield { file: path, line, reason: `cannot be read as CSV (${(error as Error).message})` };
  }
}

interface Line {
  file: string;
  line: number;
  header: string[];
  record: string[];
}

function rowFrom({ file, line, header, record }: Line): RowOrRejected {
  if (record.length !== header.length) {
    return { file, line, reason: `has ${record.length} fields, the header ${header.length}` };
  }
  return { file, line, value: Object.fromEntries(record.map((cell, i) => [header[i], cell])) };
}
