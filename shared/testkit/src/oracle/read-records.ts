/**
 * Records of a text file, as obviously as possible: decode the whole file, cut it at line feeds.
 *
 * A byte order mark at the start of the file is dropped and invalid UTF-8 becomes U+FFFD, as `TextDecoder` does it. One
 * carriage return before a line feed belongs to the end of the line. A final line feed starts no empty record.
 */
export interface OracleRecord {
  readonly text: string;
  /** Of the record's first byte in its file. */
  readonly offset: number;
}

export function readRecords(bytes: Uint8Array): OracleRecord[] {
  const lines = new TextDecoder().decode(bytes).split('\n');
  const last = lines.length - 1;
  if (lines[last] === '') lines.pop();
  const offsets = lineOffsets(bytes);
  return lines.map((line, i) => ({ text: i < last ? line.replace(/\r$/, '') : line, offset: offsets[i] ?? 0 }));
}

function lineOffsets(bytes: Uint8Array): number[] {
  const offsets = [0];
  bytes.forEach((byte, position) => {
    if (byte === 0x0a) offsets.push(position + 1);
  });
  return offsets;
}
