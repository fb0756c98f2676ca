/**
 * Merges sorted groups of several sources into one sorted stream.
 *
 * A binary heap of sources, ordered by the six-byte prefix of their current key, then by its bytes, then by source
 * number. The source on top is the current one: its values are handed on as they come. When they are used up it moves to its
 * next group and sinks to its place; if the new top has the same key, the group goes on with its values.
 *
 * Invariant: values of equal keys come in the order of the sources, and within a source in its own order. With sources in
 * the order of map tasks, that is map-task order, then emission order.
 * Example: `a: 1 2, c: 3` and `a: 4, b: 5` merge into `a: 1 2 4, b: 5, c: 3`.
 * Memory: one key; groups are never collected. Cost: O(log k) comparisons a group and source, none a value.
 */
import { dataPlaneLimits } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { compareBytes } from './compare-bytes.js';
import { emptySlice, type GroupCursor, type Slice } from './group-cursor.js';
import { keyPrefix } from './key-prefix.js';
import { emptyChunk, type ValueChunk } from './value-chunk.js';

/** Room for a key, at first: a merge per partition must not cost much if there are thousands of them. */
const firstKeyBytes = 64;

/** One stream out of `sources`, which must not be read by anybody else any more. */
export function mergeGroups(sources: readonly GroupCursor[]): GroupCursor {
  const [only] = sources;
  return only !== undefined && sources.length === 1 ? only : new MergedGroups(sources);
}

/** A source in the heap. */
interface Entrant {
  readonly source: GroupCursor;
  readonly number: number;
  prefix: number;
}

class MergedGroups implements GroupCursor {
  readonly key: Slice = emptySlice();
  readonly #key = new ByteBuffer(dataPlaneLimits.keyBytesMax, firstKeyBytes);
  readonly #nothing = emptyChunk();
  readonly #heap: Entrant[] = [];
  /** The source of the current group's values; undefined if there are no more. */
  #current: Entrant | undefined;

  constructor(sources: readonly GroupCursor[]) {
    sources.forEach((source, number) => {
      if (source.nextGroup()) this.#heap.push({ source, number, prefix: prefixOf(source) });
    });
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  get chunk(): Readonly<ValueChunk> {
    return this.#current?.source.chunk ?? this.#nothing;
  }

  nextGroup(): boolean {
    while (this.#current !== undefined) this.#leaveSource();
    this.#current = this.#heap[0];
    if (this.#current === undefined) return false;
    const { key } = this.#current.source;
    this.#key.clear();
    this.#key.append(key.bytes, key.start, key.end);
    this.#key.lendTo(this.key);
    return true;
  }

  nextChunk(): boolean {
    while (this.#current !== undefined) {
      if (this.#current.source.nextChunk()) return true;
      this.#leaveSource();
    }
    return false;
  }

  /** Moves the current source to its next group; the current group goes on if the new top has the same key. */
  #leaveSource(): void {
    const top = this.#heap[0] as Entrant;
    if (top.source.nextGroup()) {
      top.prefix = prefixOf(top.source);
    } else {
      const last = this.#heap.pop() as Entrant;
      if (last !== top) this.#heap[0] = last;
    }
    this.#sink(0);
    const next = this.#heap[0];
    this.#current = next !== undefined && this.#hasOpenKey(next.source) ? next : undefined;
  }

  #hasOpenKey({ key }: GroupCursor): boolean {
    return this.#key.compare(key) === 0;
  }

  /** Restores the heap below `at`. */
  #sink(at: number): void {
    const heap = this.#heap;
    const sinking = heap[at];
    if (sinking === undefined) return;
    let hole = at;
    for (;;) {
      let child = 2 * hole + 1;
      let least = heap[child];
      if (least === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, least)) {
        child++;
        least = right;
      }
      if (!isBefore(least, sinking)) break;
      heap[hole] = least;
      hole = child;
    }
    heap[hole] = sinking;
  }
}

function prefixOf({ key }: GroupCursor): number {
  return keyPrefix(key.bytes, key.start, key.end);
}

function isBefore(a: Entrant, b: Entrant): boolean {
  if (a.prefix !== b.prefix) return a.prefix < b.prefix;
  const left = a.source.key;
  const right = b.source.key;
  const order = compareBytes(left.bytes, left.start, left.end, right.bytes, right.start, right.end);
  return order === 0 ? a.number < b.number : order < 0;
}
