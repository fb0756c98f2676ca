/**
 * Compares by Unicode code points, which is also the order of the UTF-8 bytes. JavaScript's own order differs where
 * surrogate pairs (U+10000 and above) meet U+E000–U+FFFF.
 */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

const firstSurrogate = 0xd800;
const afterSurrogates = 0xe000;
const units = 0x10000;

/** Surrogates stand for code points above all single units, so they rank after these. */
function rank(unit: number): number {
  return unit >= firstSurrogate && unit < afterSurrogates ? unit + units : unit;
}
