/** Keys as GridMR keeps them, whatever the program emitted. */

export type Key = string | number | boolean | readonly Key[];

/**
 * The key, or a `TypeError` that says what it is instead. Lone surrogates become U+FFFD, because keys travel as UTF-8;
 * -0 becomes 0, because JSON knows no other.
 */
export function normaliseKey(key: unknown): Key {
  if (typeof key === 'string') return wellFormed(key);
  if (typeof key === 'boolean') return key;
  if (typeof key === 'number' && Number.isFinite(key)) return key === 0 ? 0 : key;
  if (Array.isArray(key)) return Array.from(key, normaliseKey);
  throw new TypeError(`a key is a string, a finite number, a boolean or an array of these, not ${String(key)}`);
}

/** What becomes of a value on its way through JSON. */
export function normaliseValue(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value) ?? 'null');
}

/** Text as it looks after a journey through UTF-8. */
export function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}
