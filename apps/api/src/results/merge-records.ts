/**
 * Records of many parts, each in key order, as one stream in key order: a heap of cursors, whose top gives its record and moves on.
 *
 * Invariant: equal keys come in the order of the parts, and within a part in its own.
 * Example: `a 1, c 3` and `a 4, b 5` give `a 1, a 4, b 5, c 3`.
 * Memory: a window and a key of each part, and a piece of output; a record that is longer goes through in pieces.
 * Cost: O(log k) comparisons a record, and the decoding of its key.
 */
import { resultLimits } from '@gridmr/contracts';
import { CursorHeap } from './cursor-heap.js';
import type { RecordCursor } from './record-cursor.js';

/** Closes the cursors when it ends, however that is. */
export async function* mergeRecords(cursors: readonly RecordCursor[]): AsyncGenerator<Uint8Array> {
  try {
    const heap = new CursorHeap(await startAll(cursors));
    const pieces = new Pieces();
    for (let top = heap.top; top !== undefined; top = heap.top) {
      const { bytes, ended } = top.take();
      pieces.add(bytes);
      if (pieces.areReady) yield* pieces.takeReady();
      if (!ended) await readOn(top);
      else if (top.nextHeld() || (await top.next())) heap.replaceTop();
      else heap.removeTop();
    }
    pieces.close();
    yield* pieces.takeReady();
  } finally {
    await Promise.all(cursors.map(cursor => cursor.close()));
  }
}

/** The cursors that have a record. */
async function startAll(cursors: readonly RecordCursor[]): Promise<RecordCursor[]> {
  const started: RecordCursor[] = [];
  for (let from = 0; from < cursors.length; from += resultLimits.firstReadsAtOnce) {
    const some = cursors.slice(from, from + resultLimits.firstReadsAtOnce);
    // All of them, even if one fails: a cursor that is still reading cannot be closed.
    const first = await Promise.allSettled(some.map(cursor => cursor.next()));
    const failed = first.find(result => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    started.push(...some.filter((_, i) => first[i]?.status === 'fulfilled' && first[i].value));
  }
  return started;
}

async function readOn(cursor: RecordCursor): Promise<void> {
  if (!(await cursor.fill())) throw new Error('a part ends within a record');
}

/** Gathers short records, so that not every one of them is sent alone. */
class Pieces {
  #ready: Uint8Array[] = [];
  #open = Buffer.allocUnsafe(resultLimits.mergedPieceBytes);
  #used = 0;

  get areReady(): boolean {
    return this.#ready.length > 0;
  }

  add(bytes: Uint8Array): void {
    if (this.#used + bytes.length > this.#open.length) this.close();
    if (bytes.length > this.#open.length) {
      this.#ready.push(bytes);
    } else {
      this.#open.set(bytes, this.#used);
      this.#used += bytes.length;
    }
  }

  /** What is gathered is ready now. */
  close(): void {
    if (this.#used === 0) return;
    this.#ready.push(this.#open.subarray(0, this.#used));
    // Whoever takes it may not have sent it when the next one is filled.
    this.#open = Buffer.allocUnsafe(resultLimits.mergedPieceBytes);
    this.#used = 0;
  }

  takeReady(): Uint8Array[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }
}
