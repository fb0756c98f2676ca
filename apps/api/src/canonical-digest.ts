/** One digest for one meaning: bodies that differ in white space or in the order of their fields are the same body. */
import { createHash } from 'node:crypto';

/** SHA-256, hexadecimal, of a JSON value with the fields of every object in the order of their names. */
export function canonicalDigest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, sortFields)).digest('hex');
}

function sortFields(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
