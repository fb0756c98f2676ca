/**
 * Looks whether the keys of a part ascend, and counts those of each kind.
 *
 * `reduce` is called in key order, but may emit what it likes: `[count, word]` turns the order over. Only parts whose keys ascend can be
 * merged. And as kinds stand one after the other in them (booleans, numbers, strings, arrays), four counts tell of every key what it is,
 * which formats without quotes cannot: in tsv, the string "1" and the number 1 are the same text.
 *
 * Example: the keys false, 2, 2, "1", "b" ascend: 1 boolean, 2 numbers, 2 strings, 0 arrays.
 * Cost: one comparison a key, and a copy of one key a block.
 */
import { dataPlaneLimits, type KeyCounts } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { endBefore } from './column.js';
import { compareBytes } from './compare-bytes.js';
import type { Slice } from './group-cursor.js';
import { keyTags } from './key-encoding.js';
import type { PairBlock } from './program.js';

export class KeyTally {
  /** The last key of the block before. */
  readonly #last = new ByteBuffer(dataPlaneLimits.keyBytesMax, 64);
  readonly #byTag = new Float64Array(keyTags.array + 1);
  #ascending = true;

  add({ count, keyBytes, keyEnds }: PairBlock): void {
    if (!this.#ascending || count === 0) return;
    let [before, from, to]: [Uint8Array, number, number] = [this.#last.view(), 0, this.#last.length];
    for (let i = 0; i < count; i++) {
      const start = endBefore(keyEnds, i);
      const end = endBefore(keyEnds, i + 1);
      if (compareBytes(before, from, to, keyBytes, start, end) > 0) {
        this.#ascending = false;
        return;
      }
      const tag = keyBytes[start] as number;
      this.#byTag[tag] = (this.#byTag[tag] ?? 0) + 1;
      before = keyBytes;
      from = start;
      to = end;
    }
    this.#last.clear();
    this.#last.append(before, from, to);
  }

  /** The same for `pairs` pairs of one key. */
  addGroup(key: Readonly<Slice>, pairs: number): void {
    if (!this.#ascending) return;
    const last = this.#last;
    this.#ascending = last.compare(key) <= 0;
    last.clear();
    last.append(key.bytes, key.start, key.end);
    const tag = key.bytes[key.start] as number;
    this.#byTag[tag] = (this.#byTag[tag] ?? 0) + pairs;
  }

  /** Undefined if the keys do not ascend. */
  get counts(): KeyCounts | undefined {
    if (!this.#ascending) return undefined;
    const of = (tag: number) => this.#byTag[tag] ?? 0;
    return {
      booleans: of(keyTags.false) + of(keyTags.true),
      numbers: of(keyTags.number),
      strings: of(keyTags.string),
      arrays: of(keyTags.array),
    };
  }
}
