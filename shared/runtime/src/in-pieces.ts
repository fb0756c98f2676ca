/** `[1, 2, 3]` in pieces of at most 2: `[1, 2], [3]`. */
export function inPieces<T>(items: readonly T[], most: number): (readonly T[])[] {
  const pieces: (readonly T[])[] = [];
  for (let start = 0; start < items.length; start += most) pieces.push(items.slice(start, start + most));
  return pieces;
}
