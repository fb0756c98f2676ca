/** Columns side by side, each as wide as its widest cell. Control characters, which could steer a terminal, are shown as what they are. */

/** One line per row, the titles first. */
export function textTable(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [titles, ...rows].map(row => row.map(printable));
  const widths = titles.map((_, column) => Math.max(...lines.map(row => row[column]?.length ?? 0)));
  return lines.map(row =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** Text of a stranger (names, records, messages) on a terminal: a control character becomes its escape, a tab a blank. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is these that are looked for
  return text.replaceAll('\t', ' ').replace(/[\u0000-\u001f\u007f-\u009f]/g, found => {
    return `\\x${found.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
