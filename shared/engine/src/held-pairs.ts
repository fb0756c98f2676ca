/**
 * Pairs of which it is not known yet whether they count: those of a record that has emitted more than the guest holds and may still turn out bad.
 *
 * Call order: `add`…, then `release` into where they belong, or `clear`. The first `heldPairsBytes` stay in memory, the rest goes to a scratch file, block by
 * block: a file of 32 MiB may be one record, and its pairs more than memory holds. Cost: one copy of each pair held; on the disk, one write and one read.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { endBefore } from './column.js';
import type { DiskAllowance } from './disk-allowance.js';
import type { PairBlock, PairSink } from './program.js';
import { ScratchDirectory, type ScratchFile } from './scratch-file.js';
import type { ValueColumn } from './value-column.js';

/** Typed arrays in a row on the disk: what kind each is, and its bytes. */
interface StoredBlock {
  readonly count: number;
  readonly columns: readonly { readonly make: ColumnMaker; readonly bytes: number }[];
}
type Column = Uint8Array | Uint32Array | Float64Array;
type ColumnMaker = (bytes: Uint8Array) => Column;

export interface HeldPairsOptions {
  readonly disk?: DiskAllowance | undefined;
  /** In memory. */
  readonly bytesMax?: number;
}

export class HeldPairs implements Disposable {
  readonly #bytesMax: number;
  readonly #scratch: ScratchDirectory;
  readonly #held: PairBlock[] = [];
  readonly #stored: StoredBlock[] = [];
  #bytesHeld = 0;
  #file: ScratchFile | undefined;

  /** @param scratch a directory on the local disk; nothing stays there */
  constructor(scratch: string, { disk, bytesMax = dataPlaneLimits.heldPairsBytes }: HeldPairsOptions = {}) {
    this.#scratch = new ScratchDirectory(scratch, disk);
    this.#bytesMax = bytesMax;
  }

  /** Takes a copy of the pairs from number `first` on. */
  add(pairs: PairBlock, first: number): void {
    const block = copyFrom(pairs, first);
    const bytes = columnsOf(block).reduce((sum, column) => sum + column.byteLength, 0);
    if (this.#file === undefined && this.#bytesHeld + bytes <= this.#bytesMax) {
      this.#held.push(block);
      this.#bytesHeld += bytes;
    } else {
      this.#store(block);
    }
  }

  /** Gives all of them on, in order, and holds none any more. */
  release(sink: PairSink): void {
    for (const block of this.#held) sink(block);
    if (this.#file !== undefined) this.#giveStored(this.#file, sink);
    this.clear();
  }

  clear(): void {
    this.#held.length = 0;
    this.#stored.length = 0;
    this.#bytesHeld = 0;
    this.#file?.remove();
    this.#file = undefined;
  }

  [Symbol.dispose](): void {
    this.clear();
    this.#scratch[Symbol.dispose]();
  }

  #store(block: PairBlock): void {
    this.#file ??= this.#scratch.create();
    const columns = columnsOf(block);
    for (const column of columns) this.#file.writeSync(bytesOf(column));
    this.#stored.push({
      count: block.count,
      columns: columns.map(column => ({ make: makerOf(column), bytes: column.byteLength })),
    });
  }

  #giveStored(file: ScratchFile, sink: PairSink): void {
    file.close();
    using reader = file.open();
    let at = 0;
    for (const { count, columns } of this.#stored) {
      const read = columns.map(({ make, bytes }) => {
        // Of its own memory, so that it begins where numbers may.
        const column = new Uint8Array(bytes);
        if (reader.readSync(column, at) < bytes) throw new Error(`${file.path} has lost its end`);
        at += bytes;
        return make(column);
      });
      sink(blockOf(count, read));
    }
  }
}

/** The pairs before number `end`: the same memory. */
export function pairsBefore(pairs: PairBlock, end: number): PairBlock {
  return { ...pairs, count: end };
}

function copyFrom({ count, keyBytes, keyEnds, values, partitions }: PairBlock, first: number): PairBlock {
  return {
    count: count - first,
    keyBytes: keyBytes.slice(endBefore(keyEnds, first), endBefore(keyEnds, count)),
    keyEnds: endsFrom(keyEnds, first, count),
    values: valuesFrom(values, first, count),
    partitions: partitions?.slice(first, count),
  };
}

function valuesFrom(values: ValueColumn, first: number, end: number): ValueColumn {
  if (values.kind === 'numbers') return { kind: 'numbers', numbers: values.numbers.slice(first, end) };
  const bytes = values.bytes.slice(endBefore(values.ends, first), endBefore(values.ends, end));
  return { kind: 'texts', bytes, ends: endsFrom(values.ends, first, end) };
}

function endsFrom(ends: Uint32Array, first: number, end: number): Uint32Array {
  const start = endBefore(ends, first);
  return ends.slice(first, end).map(each => each - start);
}

/** In the order in which `blockOf` takes them. */
function columnsOf({ keyBytes, keyEnds, values, partitions }: PairBlock): Column[] {
  const ofValues = values.kind === 'numbers' ? [values.numbers] : [values.bytes, values.ends];
  return [keyBytes, keyEnds, ...ofValues, ...(partitions === undefined ? [] : [partitions])];
}

function blockOf(count: number, [keyBytes, keyEnds, first, ...rest]: readonly Column[]): PairBlock {
  const keys = { keyBytes: keyBytes as Uint8Array, keyEnds: keyEnds as Uint32Array };
  if (first instanceof Float64Array) {
    const [partitions] = rest as Uint32Array[];
    return { count, ...keys, values: { kind: 'numbers', numbers: first }, partitions };
  }
  const [ends, partitions] = rest as Uint32Array[];
  const values = { kind: 'texts', bytes: first as Uint8Array, ends: ends as Uint32Array } as const;
  return { count, ...keys, values, partitions };
}

function makerOf(column: Column): ColumnMaker {
  if (column instanceof Float64Array) return ({ buffer }) => new Float64Array(buffer);
  if (column instanceof Uint32Array) return ({ buffer }) => new Uint32Array(buffer);
  return bytes => bytes;
}

function bytesOf({ buffer, byteOffset, byteLength }: Column): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
