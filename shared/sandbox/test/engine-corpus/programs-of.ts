/** One program per line: an expression. Lines may be indented; empty ones are left out. */
export function programsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '');
}
