/**
 * An identity reduce without the guest: every value under its key, straight from the merge into the lines of the part. The guest would give the same pairs in
 * the same order, since a value is JSON that has been through JSON already.
 */
import type { Counters } from '@gridmr/contracts';
import { emptySlice, type GroupCursor } from './group-cursor.js';
import type { PartWriter } from './part-writer.js';
import { TextReader } from './text-reader.js';
import { chunkKinds, NumberReader } from './value-chunk.js';

/** Writes all pairs of `groups`, and counts them as what `reduce` was given. */
export function copyPairs(groups: GroupCursor, part: PartWriter, counters: Counters): void {
  const copier = new PairCopier(part);
  while (groups.nextGroup()) {
    let values = 0;
    for (; groups.nextChunk(); values += groups.chunk.count) copier.copyChunk(groups);
    part.endGroup(groups.key, values);
    counters.reduce_input_groups++;
    counters.reduce_input_records += values;
  }
}

class PairCopier {
  readonly #part: PartWriter;
  readonly #textReader = new TextReader();
  readonly #text = emptySlice();
  readonly #numberReader = new NumberReader();
  readonly #number = new Float64Array(1);

  constructor(part: PartWriter) {
    this.#part = part;
  }

  copyChunk({ key, chunk }: GroupCursor): void {
    if (chunk.kind === chunkKinds.texts) {
      this.#textReader.start(chunk);
      for (let i = 0; i < chunk.count; i++) {
        this.#textReader.lendNext(this.#text);
        this.#part.writePair(key, this.#text);
      }
    } else {
      this.#numberReader.start(chunk);
      for (let i = 0; i < chunk.count; i++) {
        this.#numberReader.read(this.#number, 0, 1);
        this.#part.writePair(key, this.#number[0] as number);
      }
    }
  }
}
