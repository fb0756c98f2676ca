/** The first place where two runs that should give the same do not. */
import { type PreviewWarning, previewLimits } from '@gridmr/contracts';
import { listedJson } from './listed-json.js';
import type { PairLines } from './pair-lines.js';

export type Difference = Pick<PreviewWarning, 'key' | 'expected' | 'actual'>;

/**
 * Numbers may differ by what adding up floating-point numbers in another order does. Pairs beyond those that are held are compared by their number only.
 */
export function firstDifference(expected: PairLines, actual: PairLines): Difference | undefined {
  const both = Math.min(expected.held.length, actual.held.length);
  for (let i = 0; i < both; i++) {
    const one = expected.held[i] as string;
    const other = actual.held[i] as string;
    if (one !== other && !areNearlyEqual(JSON.parse(one), JSON.parse(other))) return difference(one, other);
  }
  if (expected.count === actual.count) return undefined;
  return difference(expected.held[both], actual.held[both]);
}

interface Pair {
  readonly key: unknown;
  readonly value: unknown;
}

function difference(one: string | undefined, other: string | undefined): Difference {
  const expected = parsed(one);
  const actual = parsed(other);
  const isSameKey = JSON.stringify(expected?.key) === JSON.stringify(actual?.key);
  const { key } = expected ?? actual ?? { key: null };
  return {
    key: listedJson(key).json,
    expected: shown(expected, isSameKey),
    actual: shown(actual, isSameKey),
  };
}

function parsed(line: string | undefined): Pair | undefined {
  return line === undefined ? undefined : (JSON.parse(line) as Pair);
}

/** The value, or the whole pair where keys differ. */
function shown(pair: Pair | undefined, isSameKey: boolean): string {
  if (pair === undefined) return 'nothing';
  const json = JSON.stringify(isSameKey ? pair.value : [pair.key, pair.value]);
  return json.slice(0, previewLimits.listedLengthMax);
}

function areNearlyEqual(one: unknown, other: unknown): boolean {
  if (typeof one === 'number' && typeof other === 'number') {
    const greater = Math.max(Math.abs(one), Math.abs(other));
    return Math.abs(one - other) <= greater * previewLimits.toleratedError;
  }
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const names = Object.keys(one);
  if (Array.isArray(one) !== Array.isArray(other) || names.length !== Object.keys(other).length) return false;
  return names.every(
    name => Object.hasOwn(other, name) && areNearlyEqual(Reflect.get(one, name), Reflect.get(other, name)),
  );
}
