/**
 * Turns sorted groups into batches of JSON text for the guest, `[[key, [value, …]], …]`.
 *
 * A batch ends when it holds about `groupBatchBytes`. A group that is not over by then stays open: the next batch begins
 * with a further piece of it, under the same key. Values are JSON text already and are copied as they are.
 *
 * Example: `a: 1 2 3, b: 4` in batches of two values: `[["a",[1,2]]]` open, then `[["a",[3]],["b",[4]]]` continued.
 * Invariant: no piece is empty; a batch is `open` only if a value follows. A batch is valid until the next is asked for.
 * Memory: one batch, and what its last key and value go beyond it. Cost: one copy of each value.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import type { GroupCursor } from './group-cursor.js';
import { appendKeyJson } from './key-json.js';
import type { GroupBatch } from './program.js';

const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
/** A byte of an encoded key is at most six characters of JSON, as \u0000. */
const jsonBytesPerKeyByte = 6;
const bracketBytes = 16;

export class GroupBatches {
  readonly #groups: GroupCursor;
  readonly #batchBytes: number;
  readonly #json: ByteBuffer;
  /** The open group has a value that is read and not given out yet. */
  #open = false;
  #groupCount = 0;
  #recordCount = 0;

  constructor(groups: GroupCursor, batchBytes: number) {
    this.#groups = groups;
    this.#batchBytes = batchBytes;
    const keyBytes = dataPlaneLimits.keyBytesMax * jsonBytesPerKeyByte;
    this.#json = new ByteBuffer(batchBytes + 2 * keyBytes + dataPlaneLimits.valueBytesMax + bracketBytes);
  }

  /** Groups begun so far. */
  get groupCount(): number {
    return this.#groupCount;
  }

  /** Values given out so far. */
  get recordCount(): number {
    return this.#recordCount;
  }

  /** The next batch; undefined after the last one. A `GroupSource` for the sandbox. */
  readonly next = (): GroupBatch | undefined => {
    const continued = this.#open;
    if (!continued && !this.#startGroup()) return undefined;
    this.#json.clear();
    this.#json.appendByte(openBracket);
    let groups = 0;
    // Measured from behind the first key: a long one must not leave room for a single value only.
    let full = 0;
    do {
      if (groups++ > 0) this.#json.appendByte(comma);
      this.#json.appendByte(openBracket);
      const { key } = this.#groups;
      appendKeyJson(this.#json, key.bytes, key.start, key.end);
      this.#json.appendByte(comma);
      if (groups === 1) full = this.#json.length + this.#batchBytes;
      this.#appendValues(full);
      this.#json.appendByte(closeBracket);
    } while (this.#json.length < full && this.#startGroup());
    this.#json.appendByte(closeBracket);
    return { json: this.#json.view(), groups, continued, open: this.#open };
  };

  /** Goes to the next group and its first value. */
  #startGroup(): boolean {
    while (this.#groups.nextGroup()) {
      if (!this.#groups.nextValue()) continue;
      this.#groupCount++;
      this.#open = true;
      return true;
    }
    return false;
  }

  /** Values of the open group until it is over or the batch is full. */
  #appendValues(full: number): void {
    let before = openBracket;
    do {
      const { bytes, start, end } = this.#groups.value;
      this.#json.appendByte(before);
      this.#json.append(bytes, start, end);
      this.#recordCount++;
      before = comma;
      this.#open = this.#groups.nextValue();
    } while (this.#open && this.#json.length < full);
    this.#json.appendByte(closeBracket);
  }
}
