/**
 * What the guest hands over into a `PairBlock`. Everything that left the guest is untrusted: kinds, counts, text, numbers and partitions
 * are checked, and what does not fit is an error of the program, never of the host.
 */
import { sandboxLimits } from '@gridmr/contracts';
import type { PairBlock, ValueColumn } from '@gridmr/engine';
import { ForgedHandOverError } from './forged-hand-over-error.js';
import { valueKinds } from './guest-header.js';
import { GuestHeap } from './guest-heap.js';
import { KeyReader } from './key-reader.js';
import { ValueReader } from './value-reader.js';

/** As it lies in the guest. */
export interface HandOver {
  readonly memory: ArrayBuffer;
  readonly count: number;
  readonly valueKind: number;
  /** Addresses of the values that hold the arrays of keys, and of values other than numbers. */
  readonly keys: number;
  readonly texts: number;
  /** At least `count` long. */
  readonly numbers: Float64Array;
  /** At least `count` long; undefined if no key, or no value, is JSON text. */
  readonly keyMarks: Uint8Array | undefined;
  readonly valueMarks: Uint8Array | undefined;
  /** Undefined if the program has no partition function, or nothing is partitioned. */
  readonly partitions: Uint32Array | undefined;
  readonly numReducers: number;
}

/** One per open sandbox: its memory serves one hand-over after the other, and one sandbox after the other. */
export class HandOverReader {
  static #kept: HandOverReader | undefined;

  /** A sandbox's own until it is given back. A new one for each tiny attempt had the whole heap collected every hundred attempts. */
  static take(): HandOverReader {
    const kept = HandOverReader.#kept;
    HandOverReader.#kept = undefined;
    return kept ?? new HandOverReader();
  }

  /** Takes a reader back whose pairs nobody reads any more. One that has grown is dropped: whoever needed that much will not notice a new one. */
  static giveBack(reader: HandOverReader): void {
    const bytes = reader.#keys.bytesHeld + reader.#values.bytesHeld;
    if (bytes <= sandboxLimits.keptReaderBytesMax) HandOverReader.#kept = reader;
  }

  readonly #keys = new KeyReader();
  readonly #values = new ValueReader();

  /** The pairs, valid until the guest runs again. Throws `ForgedHandOverError`, `KeyError`, `ValueTooLargeError`. */
  read(given: HandOver): PairBlock {
    const { count, memory, keys, keyMarks } = given;
    if (count < 1 || count > sandboxLimits.pairsPerBlockMax) throw new ForgedHandOverError(`${count} pairs at once`);
    const heap = new GuestHeap(memory);
    const column = this.#keys.read(heap, heap.elementsOf(keys, count), count, keyMarks);
    return { count, ...column, values: this.#readValues(heap, given), partitions: readPartitions(given) };
  }

  #readValues(heap: GuestHeap, { count, valueKind, numbers, texts, valueMarks }: HandOver): ValueColumn {
    if (valueKind === valueKinds.numbers) return this.#values.readNumbers(numbers.subarray(0, count));
    if (valueKind !== valueKinds.texts) throw new ForgedHandOverError(`values of kind ${valueKind}`);
    return this.#values.readTexts(heap, heap.elementsOf(texts, count), count, valueMarks);
  }
}

function readPartitions({ count, partitions, numReducers }: HandOver): Uint32Array | undefined {
  if (partitions === undefined) return undefined;
  const copy = partitions.slice(0, count);
  for (const partition of copy) {
    if (partition >= numReducers) throw new ForgedHandOverError(`partition ${partition} of ${numReducers}`);
  }
  return copy;
}
