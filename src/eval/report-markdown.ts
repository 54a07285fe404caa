import { type ReportData, sectionsOf } from "./report-sections.ts";
import type { Table } from "./report-text.ts";

/** The report as Markdown; its pictures are SVG files beside it. */
export function markdownReport(data: ReportData, title: string): string {
  const sections = sectionsOf(data).map(({ title: heading, paragraphs, tables, charts }) => {
    const pictures = charts.map((name) => `![${name}](${name}.svg)`);
    return [`## ${heading}`, ...paragraphs, ...tables.map(tableText), ...pictures].join("\n\n");
  });
  return `${[`# ${title}`, ...sections].join("\n\n")}\n`;
}

function tableText({ header, rows }: Table): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(" | ")} |`;
  return [line(header), line(header.map((_, i) => (i === 0 ? ":--" : "--:"))), ...rows.map(line)].join("\n");
}

/** A cell is one line, and its bars are no columns. */
const cell = (text: string): string => text.replace(/\s+/g, " ").replaceAll("|", "\\|");
