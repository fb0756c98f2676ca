/** Some lines of a source around the one that matters, marked, with a caret under the column. */
import { printable } from './text-table.js';

const linesAround = 2;
const lineLengthMax = 160;

/** @param line and `column` count from 1 */
export function markedSource(text: string, line: number, column: number | undefined): string[] {
  const lines = text.split('\n');
  const first = Math.max(1, line - linesAround);
  const last = Math.min(lines.length, line + linesAround);
  const width = String(last).length;
  const marked: string[] = [];
  for (let number = first; number <= last; number++) {
    const mark = number === line ? '>' : ' ';
    const source = printable((lines[number - 1] ?? '').slice(0, lineLengthMax));
    marked.push(`${mark} ${String(number).padStart(width)} | ${source}`.trimEnd());
    if (number === line && column !== undefined && column <= lineLengthMax) {
      marked.push(`  ${' '.repeat(width)} | ${' '.repeat(column - 1)}^`);
    }
  }
  return marked;
}
