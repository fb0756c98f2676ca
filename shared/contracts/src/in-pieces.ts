/** What is handled some at a time. Example: `[1, 2, 3]` in pieces of at most 2 is `[1, 2], [3]`. */
export function inPieces<T>(items: readonly T[], most: number): T[][] {
  const pieces: T[][] = [];
  for (let start = 0; start < items.length; start += most) pieces.push(items.slice(start, start + most));
  return pieces;
}
