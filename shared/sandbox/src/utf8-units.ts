/**
 * A guest's string as UTF-8, bare or as JSON, from its units in the guest's memory: no string of the host is made.
 *
 * Bare, a lone surrogate becomes U+FFFD; as JSON it is escaped, with everything else that `JSON.stringify` escapes.
 * Cost: 3–5 ns a unit.
 */
import type { GuestString } from './guest-heap.js';

/** UTF-8 of one unit that is no surrogate, or of U+FFFD. */
export const utf8BytesPerUnit = 3;
/** The longest escape: \u001f. */
export const jsonBytesPerUnit = 6;

const quote = 0x22;
const backslash = 0x5c;
const letterU = 0x75;
const space = 0x20;
const replacementUnit = 0xfffd;
const hexDigits = Buffer.from('0123456789abcdef');
const shortEscapes = new Map([
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
]);

/** Writes `string`, whose units lie in `heap`, to `target[to]` and on, where there must be room. Returns where it ends. */
export function writeUtf8(target: Uint8Array, to: number, heap: Uint8Array, string: GuestString): number {
  let end = to;
  for (let i = 0; i < string.units; i++) {
    const unit = unitAt(heap, string, i);
    const isPair = isHighSurrogate(unit) && i + 1 < string.units && isLowSurrogate(unitAt(heap, string, i + 1));
    if (isPair) end = writePair(target, end, unit, unitAt(heap, string, ++i));
    else end = writeUnit(target, end, isSurrogate(unit) ? replacementUnit : unit);
  }
  return end;
}

/** The same as a JSON string without its quotes. */
export function writeJsonUtf8(target: Uint8Array, to: number, heap: Uint8Array, string: GuestString): number {
  let end = to;
  for (let i = 0; i < string.units; i++) {
    const unit = unitAt(heap, string, i);
    if (isHighSurrogate(unit) && i + 1 < string.units && isLowSurrogate(unitAt(heap, string, i + 1))) {
      end = writePair(target, end, unit, unitAt(heap, string, ++i));
    } else if (unit === quote || unit === backslash) {
      target[end++] = backslash;
      target[end++] = unit;
    } else if (unit < space || isSurrogate(unit)) {
      end = writeEscape(target, end, unit);
    } else {
      end = writeUnit(target, end, unit);
    }
  }
  return end;
}

function unitAt(heap: Uint8Array, { start, isWide }: GuestString, index: number): number {
  if (!isWide) return heap[start + index] as number;
  const at = start + 2 * index;
  return (heap[at] as number) | ((heap[at + 1] as number) << 8);
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}

function writeUnit(target: Uint8Array, to: number, unit: number): number {
  let end = to;
  if (unit < 0x80) {
    target[end++] = unit;
  } else if (unit < 0x800) {
    target[end++] = 0xc0 | (unit >> 6);
    target[end++] = 0x80 | (unit & 0x3f);
  } else {
    target[end++] = 0xe0 | (unit >> 12);
    target[end++] = 0x80 | ((unit >> 6) & 0x3f);
    target[end++] = 0x80 | (unit & 0x3f);
  }
  return end;
}

function writePair(target: Uint8Array, to: number, high: number, low: number): number {
  const point = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  target[to] = 0xf0 | (point >> 18);
  target[to + 1] = 0x80 | ((point >> 12) & 0x3f);
  target[to + 2] = 0x80 | ((point >> 6) & 0x3f);
  target[to + 3] = 0x80 | (point & 0x3f);
  return to + 4;
}

function writeEscape(target: Uint8Array, to: number, unit: number): number {
  let end = to;
  target[end++] = backslash;
  const short = shortEscapes.get(unit);
  if (short !== undefined) {
    target[end++] = short.charCodeAt(0);
    return end;
  }
  target[end++] = letterU;
  for (let shift = 12; shift >= 0; shift -= 4) target[end++] = hexDigits[(unit >> shift) & 15] as number;
  return end;
}
