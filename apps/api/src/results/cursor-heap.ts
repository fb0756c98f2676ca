/** Cursors by their current keys, the least on top; of equal keys, that of the lower part. */
import { compareBytes } from '@gridmr/engine';
import type { RecordCursor } from './record-cursor.js';

export class CursorHeap {
  readonly #heap: RecordCursor[];

  constructor(cursors: readonly RecordCursor[]) {
    this.#heap = [...cursors];
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  get top(): RecordCursor | undefined {
    return this.#heap[0];
  }

  /** The top has another key now. */
  replaceTop(): void {
    this.#sink(0);
  }

  removeTop(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #sink(from: number): void {
    const heap = this.#heap;
    const sinking = heap[from];
    if (sinking === undefined) return;
    let hole = from;
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

function isBefore(a: RecordCursor, b: RecordCursor): boolean {
  const order = compareBytes(a.key, 0, a.key.length, b.key, 0, b.key.length);
  return order === 0 ? a.number < b.number : order < 0;
}
