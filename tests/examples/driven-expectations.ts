/** What the drivers must print, computed in plain JavaScript over whole files. */
import { readBooks, readInput, readRows } from './inputs.js';

/** All records in order of their first ten characters; records that are equal there keep their order. */
export async function sortedRecords(): Promise<string[]> {
  const records = (await readInput('records.txt')).trimEnd().split('\n');
  return records.sort((a, b) => (a.slice(0, 10) < b.slice(0, 10) ? -1 : a.slice(0, 10) > b.slice(0, 10) ? 1 : 0));
}

/** Centres that stand still: each is the middle of the points that are nearest to it. */
export async function stillCentres(): Promise<number[][]> {
  const points = (await readRows('points.csv')).map(([x, y]) => [Number(x), Number(y)] as const);
  let centres = [
    [0, 0],
    [10, 0],
    [5, 10],
  ];
  for (let round = 0; round < 100; round++) {
    const groups = centres.map((): (readonly [number, number])[] => []);
    for (const point of points) {
      const distances = centres.map(([x = 0, y = 0]) => Math.hypot(point[0] - x, point[1] - y));
      groups[distances.indexOf(Math.min(...distances))]?.push(point);
    }
    centres = groups.map(group =>
      [0, 1].map(axis => group.reduce((sum, point) => sum + (point[axis] ?? 0), 0) / group.length),
    );
  }
  return centres;
}

/** The three words of each book that weigh most in it. */
export async function weightiestWords(): Promise<string[]> {
  const books = await readBooks();
  const documentsWith = new Map<string, number>();
  for (const words of books.values()) {
    for (const word of new Set(words)) documentsWith.set(word, (documentsWith.get(word) ?? 0) + 1);
  }
  return [...books.keys()].sort().map(book => {
    const words = books.get(book) ?? [];
    const counts = new Map<string, number>();
    for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
    const weights = [...counts].map(([word, count]): [string, number] => {
      const rarity = Math.log(books.size / (documentsWith.get(word) ?? 1));
      return [word, Number(((count / words.length) * rarity).toPrecision(9))];
    });
    const best = weights.sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, 3);
    return `${book}\t${best.map(([word]) => word).join(' ')}`;
  });
}
