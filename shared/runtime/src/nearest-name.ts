/** The name among `known` that takes the fewest edits (Levenshtein distance) to reach from `name`. */
export function nearestName(name: string, known: readonly string[]): string {
  const byDistance = known.map(candidate => ({ candidate, edits: distance(name, candidate) }));
  return byDistance.reduce((best, next) => (next.edits < best.edits ? next : best)).candidate;
}

/** Wagner and Fischer's algorithm, one row of the table at a time. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
