/**
 * An identity reduce without the guest: every value under its key, straight from the merge to the part. The guest would give the same pairs in
 * the same order, since a value is JSON that has been through JSON already.
 * Memory: a block of pairs. Cost: a copy of each key and value.
 */
import { type Counters, dataPlaneLimits } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import type { GroupCursor } from './group-cursor.js';
import type { PartWriter } from './part-writer.js';
import { TextReader } from './text-reader.js';
import { chunkKinds, NumberReader } from './value-chunk.js';

const { copiedPairs, copiedPairsBytes, keyBytesMax, valueBytesMax } = dataPlaneLimits;

/** Writes all pairs of `groups`, and counts them as what `reduce` was given. */
export function copyPairs(groups: GroupCursor, part: PartWriter, counters: Counters): void {
  const block = new CopiedPairs(part);
  while (groups.nextGroup()) {
    counters.reduce_input_groups++;
    while (groups.nextChunk()) {
      counters.reduce_input_records += groups.chunk.count;
      block.addChunk(groups);
    }
  }
  block.write();
}

class CopiedPairs {
  readonly #part: PartWriter;
  readonly #keys = new ByteBuffer(copiedPairsBytes + keyBytesMax);
  readonly #keyEnds = new Uint32Array(copiedPairs);
  readonly #values = new ByteBuffer(copiedPairsBytes + valueBytesMax);
  readonly #valueEnds = new Uint32Array(copiedPairs);
  readonly #textReader = new TextReader();
  readonly #numberReader = new NumberReader();
  readonly #number = new Float64Array(1);
  #count = 0;

  constructor(part: PartWriter) {
    this.#part = part;
  }

  addChunk({ key, chunk }: GroupCursor): void {
    const areTexts = chunk.kind === chunkKinds.texts;
    if (areTexts) this.#textReader.start(chunk);
    else this.#numberReader.start(chunk);
    for (let i = 0; i < chunk.count; i++) {
      this.#keys.append(key.bytes, key.start, key.end);
      if (areTexts) this.#textReader.appendNext(this.#values);
      else this.#appendNumber();
      this.#keyEnds[this.#count] = this.#keys.length;
      this.#valueEnds[this.#count++] = this.#values.length;
      const isFull = this.#count === copiedPairs || this.#keys.length + this.#values.length >= copiedPairsBytes;
      if (isFull) this.write();
    }
  }

  write(): void {
    const values = { kind: 'texts', bytes: this.#values.view(), ends: this.#valueEnds } as const;
    this.#part.write({
      count: this.#count,
      keyBytes: this.#keys.view(),
      keyEnds: this.#keyEnds,
      values,
      partitions: undefined,
    });
    this.#keys.clear();
    this.#values.clear();
    this.#count = 0;
  }

  #appendNumber(): void {
    this.#numberReader.read(this.#number, 0, 1);
    this.#values.appendAscii(String(this.#number[0]));
  }
}
