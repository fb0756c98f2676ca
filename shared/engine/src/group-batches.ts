/**
 * Turns sorted groups into batches for the guest: keys as a JSON array, the number of values of each, and the values: numbers as they are, strings without
 * escapes as bare text, or any as one JSON array.
 *
 * A batch ends when its text holds about `groupBatchBytes` or it has `batchNumbersMax` numbers. A group that is not over by then stays open: the next
 * batch begins with a further piece of it, under the same key. What kind a batch is says its first value. One of numbers, or of strings, ends before the first
 * value that is something else; one of JSON takes all, so that values of different kinds side by side do not make batches of one value.
 *
 * Example: `a: 1 2 3, b: 4` in batches of two numbers: `["a"]`, counts 2, open; then `["a","b"]`, counts 1 1, continued.
 * Invariant: no piece is empty; a batch is `open` only if a value follows. A batch is valid until the next is asked for.
 * Memory: one batch, and what its last key and value go beyond it. Cost: one copy of each value.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { withRoom } from './column.js';
import type { GroupCursor } from './group-cursor.js';
import { appendKeyJson } from './key-json.js';
import type { BatchValues, GroupBatch } from './program.js';
import { TextReader } from './text-reader.js';
import { chunkKinds, NumberReader } from './value-chunk.js';

const newline = 0x0a;
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
/** A byte of an encoded key is at most six characters of JSON, as \u0000. */
const jsonBytesPerKeyByte = 6;
const bracketBytes = 16;

const firstLength = 64;
const { batchGroupsMax, batchNumbersMax } = dataPlaneLimits;

export class GroupBatches {
  readonly #groups: GroupCursor;
  readonly #batchBytes: number;
  readonly #keys: ByteBuffer;
  /** Values that are no numbers. */
  readonly #text: ByteBuffer;
  /** Grow as they are needed: a combiner makes batches per partition, of which there may be thousands. */
  #counts = new Uint32Array(firstLength);
  #numbers = new Float64Array(firstLength);
  readonly #numberReader = new NumberReader();
  readonly #textReader = new TextReader();
  readonly #number = new Float64Array(1);
  /** Of the cursor's chunk: values that were not given out. */
  #chunkLeft = 0;
  /** The cursor stands in a group that has such values, of which some were given out (`rest`) or none yet. */
  #ahead: 'nothing' | 'group' | 'rest' = 'nothing';
  #kind: BatchValues['kind'] = 'numbers';
  /** Of the batch at hand. */
  #pieces = 0;
  #values = 0;
  #groupCount = 0;
  #recordCount = 0;

  constructor(groups: GroupCursor, batchBytes: number) {
    this.#groups = groups;
    this.#batchBytes = batchBytes;
    const keyBytes = dataPlaneLimits.keyBytesMax * jsonBytesPerKeyByte;
    this.#keys = new ByteBuffer(batchBytes + 2 * keyBytes + bracketBytes);
    this.#text = new ByteBuffer(batchBytes + dataPlaneLimits.valueBytesMax + bracketBytes);
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
    if (this.#ahead === 'nothing' && !this.#startGroup()) return undefined;
    const continued = this.#ahead === 'rest';
    this.#startBatch();
    do {
      const before = this.#values;
      this.#appendKey();
      this.#appendValues();
      this.#counts = withRoom(this.#counts, this.#pieces + 1);
      this.#counts[this.#pieces++] = this.#values - before;
    } while (this.#ahead === 'nothing' && !this.#isFull() && this.#startGroup() && this.#fits());
    this.#keys.appendByte(closeBracket);
    this.#recordCount += this.#values;
    return {
      groups: this.#pieces,
      keys: this.#keys.view(),
      counts: this.#counts,
      values: this.#endValues(),
      continued,
      open: this.#ahead === 'rest',
    };
  };

  #startBatch(): void {
    this.#kind = this.#kindOfNext();
    this.#keys.clear();
    this.#keys.appendByte(openBracket);
    this.#text.clear();
    if (this.#kind === 'json') this.#text.appendByte(openBracket);
    this.#pieces = 0;
    this.#values = 0;
  }

  #kindOfNext(): BatchValues['kind'] {
    if (this.#groups.chunk.kind !== chunkKinds.texts) return 'numbers';
    return this.#textReader.isPlainNext ? 'strings' : 'json';
  }

  #endValues(): BatchValues {
    if (this.#kind === 'numbers') return { kind: 'numbers', numbers: this.#numbers };
    if (this.#kind === 'strings') return { kind: 'strings', text: this.#text.view() };
    this.#text.appendByte(closeBracket);
    return { kind: 'json', json: this.#text.view() };
  }

  /** Goes to the next group and its first values. */
  #startGroup(): boolean {
    if (!this.#groups.nextGroup()) return false;
    this.#groupCount++;
    this.#ahead = this.#nextChunk() ? 'group' : 'nothing';
    if (this.#ahead === 'nothing') throw new Error('a group without values');
    return true;
  }

  #nextChunk(): boolean {
    if (!this.#groups.nextChunk()) return false;
    const { chunk } = this.#groups;
    this.#chunkLeft = chunk.count;
    if (chunk.kind === chunkKinds.texts) this.#textReader.start(chunk);
    else this.#numberReader.start(chunk);
    return true;
  }

  /** Whether the value ahead may go into the batch at hand. */
  #fits(): boolean {
    return this.#kind === 'json' || this.#kind === this.#kindOfNext();
  }

  #isFull(): boolean {
    const isFullOfKeys = this.#pieces === batchGroupsMax || this.#keys.length >= this.#batchBytes;
    return isFullOfKeys || this.#areValuesFull();
  }

  #appendKey(): void {
    const { key } = this.#groups;
    if (this.#pieces > 0) this.#keys.appendByte(comma);
    appendKeyJson(this.#keys, key.bytes, key.start, key.end);
  }

  /** Values of the group at hand until it is over, or the batch is full, or one comes that does not fit into it. At least one. */
  #appendValues(): void {
    this.#ahead = 'rest';
    do {
      if (this.#kind === 'numbers') this.#appendNumbers();
      else if (this.#kind === 'strings') this.#appendStrings();
      else this.#appendTexts();
      if (this.#chunkLeft === 0 && !this.#nextChunk()) this.#ahead = 'nothing';
    } while (this.#ahead === 'rest' && this.#fits() && !this.#areValuesFull());
  }

  /** Not of keys: a long one must leave room for more than one value. */
  #areValuesFull(): boolean {
    return this.#kind === 'numbers' ? this.#values === batchNumbersMax : this.#text.length >= this.#batchBytes;
  }

  #appendNumbers(): void {
    const count = Math.min(this.#chunkLeft, batchNumbersMax - this.#values);
    this.#numbers = withRoom(this.#numbers, this.#values + count);
    this.#numberReader.read(this.#numbers, this.#values, count);
    this.#values += count;
    this.#chunkLeft -= count;
  }

  #appendStrings(): void {
    do {
      if (this.#values > 0) this.#text.appendByte(newline);
      this.#textReader.appendPlain(this.#text);
      this.#values++;
      this.#chunkLeft--;
    } while (this.#chunkLeft > 0 && this.#text.length < this.#batchBytes && this.#textReader.isPlainNext);
  }

  #appendTexts(): void {
    const isText = this.#groups.chunk.kind === chunkKinds.texts;
    do {
      if (this.#values > 0) this.#text.appendByte(comma);
      if (isText) this.#textReader.appendNext(this.#text);
      else this.#appendNumberText();
      this.#values++;
      this.#chunkLeft--;
    } while (this.#chunkLeft > 0 && this.#text.length < this.#batchBytes);
  }

  #appendNumberText(): void {
    this.#numberReader.read(this.#number, 0, 1);
    this.#text.appendAscii(String(this.#number[0]));
  }
}
