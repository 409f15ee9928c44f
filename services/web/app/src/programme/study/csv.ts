// A table as a file for a spreadsheet: UTF-8 with its mark, commas, CRLF, as the service's own sheets.

/** A text that a spreadsheet would take for a formula begins with an apostrophe; a number stays one, also below zero. */
export function harmless(cell: string): string {
  const number = /^[-+−]?\d+([.,]\d+)?$/.test(cell);
  return /^[=+\-@\t\r]/.test(cell) && !number ? `'${cell}` : cell;
}
function quoted(cell: string): string {
  const safe = harmless(cell);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
export function csv(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return `\ufeff${[columns, ...rows].map((row) => row.map(quoted).join(',')).join('\r\n')}\r\n`;
}
