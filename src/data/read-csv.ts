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
  for await (const { record, info } of parser as AsyncIterable<{
    record: string[];
    info: { lines: number };
  }>) {
    const startedAt = line;
    line = info.lines + 1;
    if (!header) {
      header = record;
      continue;
    }
    const names = header;
    if (record.length !== names.length) {
      yield {
        file: path,
        line: startedAt,
        reason: `has ${record.length} fields, the header ${names.length}`,
      };
      continue;
    }
    yield {
      file: path,
      line: startedAt,
      value: Object.fromEntries(record.map((cell, i) => [names[i], cell])),
    };
  }
}
