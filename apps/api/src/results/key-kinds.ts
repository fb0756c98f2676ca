/** Which keys of a stream of records are strings, from what the manifest says of its parts: runs, one after the other. */
import type { KeyCounts } from '@gridmr/contracts';
import type { NextKeyKind } from './pair-format.js';

interface KnownKeys {
  readonly records: number;
  readonly ascendingKeys: KeyCounts | undefined;
}

type Run = readonly [keys: number, areStrings: boolean | undefined];

/** Of parts one after the other. */
export function keyKindsOf(parts: readonly KnownKeys[]): NextKeyKind {
  return follow(parts.flatMap(runsOf));
}

/** Of the same parts merged. */
export function mergedKeyKindsOf(parts: readonly KnownKeys[]): NextKeyKind {
  const all = parts.map(part => part.ascendingKeys).filter(counts => counts !== undefined);
  const sum = (kind: keyof KeyCounts) => all.reduce((total, counts) => total + counts[kind], 0);
  return follow(
    runsOfCounts({
      booleans: sum('booleans'),
      numbers: sum('numbers'),
      strings: sum('strings'),
      arrays: sum('arrays'),
    }),
  );
}

function runsOf({ records, ascendingKeys }: KnownKeys): Run[] {
  return ascendingKeys === undefined ? [[records, undefined]] : runsOfCounts(ascendingKeys);
}

function runsOfCounts({ booleans, numbers, strings, arrays }: KeyCounts): Run[] {
  return [
    [booleans + numbers, false],
    [strings, true],
    [arrays, false],
  ];
}

function follow(runs: readonly Run[]): NextKeyKind {
  let run = 0;
  let seen = 0;
  return () => {
    while (run < runs.length && seen === runs[run]?.[0]) {
      run++;
      seen = 0;
    }
    seen++;
    return runs[run]?.[1];
  };
}
