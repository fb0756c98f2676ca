/** Keys in the columns of a `PairBlock`. */
import { encodeKey, type Key } from '../dist/key-encoding.js';
import type { PairBlock } from '../dist/program.js';

export function encodeKeys(keys: readonly Key[]): Pick<PairBlock, 'keyBytes' | 'keyEnds'> {
  const encoded = keys.map(encodeKey);
  let end = 0;
  const keyEnds = Uint32Array.from(encoded, bytes => {
    end += bytes.length;
    return end;
  });
  return { keyBytes: Buffer.concat(encoded), keyEnds };
}
