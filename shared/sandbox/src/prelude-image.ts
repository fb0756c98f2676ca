/**
 * The memory of a guest whose prelude has just been loaded, kept so that the next guest need not parse it again: it starts from a copy, in an instance
 * and a memory of its own, which nothing else has touched.
 *
 * A copy is right because the engine is deterministic: the same calls in the same order give the same addresses. The marks are addresses of what was
 * made before the copy; where they differ, the image does not fit, and the prelude is loaded the long way.
 * Cost: a copy of some hundred kilobytes instead of two milliseconds of parsing.
 *
 * The same image makes a used memory what it was before (`kept-guest.ts`): every byte of it is compared, and what differs is put back. That takes some
 * 65 ns for each 4 KiB that were never written to, which the processor has to find although all are one page of zeros: the reason why the
 * engine begins with a small memory (`scripts/engine/begin-small.mjs`).
 */
const pageBytes = 4096;
const comparedBytes = 16 * pageBytes;
const clearedBytes = 64 * pageBytes;
const zeros = new Uint8Array(pageBytes);

interface PageRun {
  readonly start: number;
  readonly bytes: Uint8Array;
}

/** Pages of `memory` that hold anything. Looked at by block first: most of a new memory was never written to. */
export function usedPages(memory: ArrayBuffer): Set<number> {
  const bytes = Buffer.from(memory);
  const used = new Set<number>();
  for (let block = 0; block < bytes.length; block += clearedBytes) {
    const end = Math.min(block + clearedBytes, bytes.length);
    if (isZero(bytes, block, end)) continue;
    for (let at = block; at < end; at += pageBytes) {
      if (!isZero(bytes, at, Math.min(at + pageBytes, end))) used.add(at / pageBytes);
    }
  }
  return used;
}

export class PreludeImage<Kept> {
  /** What must be known of the guest besides its memory. */
  readonly kept: Kept;
  readonly #marks: readonly number[];
  readonly #memoryBytes: number;
  readonly #runs: readonly PageRun[];

  /**
   * @param usedBefore the pages that were used before the prelude was loaded: some of them may be empty now, and must become so in a copy
   */
  constructor(memory: ArrayBuffer, usedBefore: ReadonlySet<number>, marks: readonly number[], kept: Kept) {
    this.kept = kept;
    this.#marks = marks;
    this.#memoryBytes = memory.byteLength;
    const pages = [...new Set([...usedBefore, ...usedPages(memory)])].sort((a, b) => a - b);
    this.#runs = pageRuns(pages).map(([first, end]) => ({
      start: first * pageBytes,
      bytes: new Uint8Array(memory.slice(first * pageBytes, end * pageBytes)),
    }));
  }

  /** Whether a guest of this memory, in which these addresses came up, may continue from the image. */
  fits(memory: ArrayBuffer, marks: readonly number[]): boolean {
    return memory.byteLength === this.#memoryBytes && this.#marks.join() === marks.join();
  }

  copyInto(memory: ArrayBuffer): void {
    const target = new Uint8Array(memory);
    for (const { start, bytes } of this.#runs) target.set(bytes, start);
  }

  /** Makes every byte of a used memory, which may have grown, what the image says, or zero where it says nothing. */
  restoreInto(memory: ArrayBuffer): void {
    const target = Buffer.from(memory);
    let end = 0;
    for (const { start, bytes } of this.#runs) {
      clear(target, end, start);
      putBack(target, start, bytes);
      end = start + bytes.length;
    }
    clear(target, end, target.length);
  }
}

/** Makes every byte of a used memory zero. */
export function wipe(memory: ArrayBuffer): void {
  clear(Buffer.from(memory), 0, memory.byteLength);
}

function putBack(target: Buffer, start: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += comparedBytes) {
    const end = Math.min(at + comparedBytes, bytes.length);
    if (target.compare(bytes, at, end, start + at, start + end) !== 0) target.set(bytes.subarray(at, end), start + at);
  }
}

/**
 * Compares before it writes: a page that is written to, if only zeros, is a page of memory in use. Page by page only where a block is found to hold
 * anything.
 */
function clear(target: Buffer, start: number, end: number): void {
  for (let at = start; at < end; at += clearedBytes) {
    const blockEnd = Math.min(at + clearedBytes, end);
    if (isZero(target, at, blockEnd)) continue;
    for (let page = at; page < blockEnd; page += pageBytes) {
      const pageEnd = Math.min(page + pageBytes, blockEnd);
      if (!isZero(target, page, pageEnd)) target.fill(0, page, pageEnd);
    }
  }
}

/** What begins with a page of zeros and equals itself a page further on is zeros throughout. That reads one page of memory again and again. */
function isZero(target: Buffer, start: number, end: number): boolean {
  const first = Math.min(pageBytes, end - start);
  if (target.compare(zeros, 0, first, start, start + first) !== 0) return false;
  return end - start === first || target.compare(target, start, end - first, start + first, end) === 0;
}

/** Neighbouring pages as [first, end). */
function pageRuns(pages: readonly number[]): [first: number, end: number][] {
  const runs: [number, number][] = [];
  for (const page of pages) {
    const last = runs.at(-1);
    if (last !== undefined && last[1] === page) last[1]++;
    else runs.push([page, page + 1]);
  }
  return runs;
}
