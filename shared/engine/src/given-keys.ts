/**
 * Passes groups on and remembers their keys, a bounded number of bytes at a time.
 *
 * Call order: `startCall`, then it is a cursor that ends, perhaps early, when the keys passed on fill the memory; `find`
 * in between; and again `startCall`, until `atEnd`.
 * Cost: one copy of each key; a `find` goes forward only, so all of them together pass each key once.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { endBefore, withRoom } from './column.js';
import { compareBytes } from './compare-bytes.js';
import type { GroupCursor, Slice } from './group-cursor.js';
import type { ValueChunk } from './value-chunk.js';

export class GivenKeys implements GroupCursor {
  readonly #groups: GroupCursor;
  readonly #callBytes: number;
  readonly #keys: ByteBuffer;
  #ends = new Uint32Array(64);
  #count = 0;
  /** The key that was found last: earlier ones are over. */
  #found = 0;
  #atEnd = false;

  /** @param callBytes keys and their ends that one call may give out; the last key may go past it */
  constructor(groups: GroupCursor, callBytes: number) {
    this.#groups = groups;
    this.#callBytes = callBytes;
    this.#keys = new ByteBuffer(callBytes + dataPlaneLimits.keyBytesMax);
  }

  /** Whether all groups have been passed on. */
  get atEnd(): boolean {
    return this.#atEnd;
  }

  get key(): Readonly<Slice> {
    return this.#groups.key;
  }

  get chunk(): Readonly<ValueChunk> {
    return this.#groups.chunk;
  }

  /** Forgets the keys of the call before. */
  startCall(): void {
    this.#keys.clear();
    this.#count = 0;
    this.#found = 0;
  }

  nextGroup(): boolean {
    if (this.#keys.length + this.#count * Uint32Array.BYTES_PER_ELEMENT >= this.#callBytes) return false;
    if (!this.#groups.nextGroup()) {
      this.#atEnd = true;
      return false;
    }
    const { bytes, start, end } = this.#groups.key;
    this.#keys.append(bytes, start, end);
    this.#ends = withRoom(this.#ends, this.#count + 1);
    this.#ends[this.#count++] = this.#keys.length;
    return true;
  }

  nextChunk(): boolean {
    return this.#groups.nextChunk();
  }

  /** Whether `key` is the one found last, or one passed on after it. */
  find(key: Readonly<Slice>): boolean {
    const keys = this.#keys.view();
    for (; this.#found < this.#count; this.#found++) {
      const start = endBefore(this.#ends, this.#found);
      const end = this.#ends[this.#found] as number;
      if (compareBytes(keys, start, end, key.bytes, key.start, key.end) === 0) return true;
    }
    return false;
  }
}
