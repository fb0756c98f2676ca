/**
 * Where a CSV file may be cut: at beginnings of records only, found once, when the job is planned.
 *
 * Whether a newline ends a record depends on every quote before it (`record-bounds.ts`), so no reader of a split in the middle can know by itself, and if each
 * counted from the file's beginning, n splits would read the file n/2 times. Instead, planning reads the file once, **all ranges at a time**:
 * a range's scan does not know whether it begins inside quotes, so it answers for both cases. The answers are then put together in order.
 *
 * ```
 * target cuts      | a,"b     | c",d \n e,"f  | g"\n ...        each scan: does it hold an odd number of quotes? where does the first
 * begins inside      no         yes            yes                record begin, if it begins outside of quotes, and if inside?
 * ```
 *
 * Call order: `scannedRanges`, `scanQuotes` of each in any order and as many at once as pays, `cutsOf` all scans.
 * Invariant: a cut is a target, or the first beginning of a record behind it and before the next target; a target without one is left out.
 * Cost: one more read of files that have several splits (others are not read), about 1 ns per byte of one core. Splits need no reading past their ends in return.
 */
import { newline, quote } from './record-bounds.js';
import { countSplits } from './splits.js';

/** What one range holds, said without knowing what came before it. */
export interface QuoteScan {
  readonly isOdd: boolean;
  /** Where the first record begins if the range begins outside of quotes, and if inside; undefined: not in this range. */
  readonly firstIfOutside: number | undefined;
  readonly firstIfInside: number | undefined;
}

/** The ranges to scan, each from the byte before a target: a newline there makes a record begin at the target. */
export function scannedRanges(fileBytes: number, splitBytes: number): { start: number; end: number }[] {
  const splits = countSplits(fileBytes, splitBytes);
  return Array.from({ length: splits }, (_, i) => ({
    start: i === 0 ? 0 : i * splitBytes - 1,
    end: i === splits - 1 ? fileBytes : (i + 1) * splitBytes - 1,
  }));
}

/** @param start where in the file the pieces begin */
export async function scanQuotes(pieces: AsyncIterable<Uint8Array>, start: number): Promise<QuoteScan> {
  const scan = new QuoteScanner(start);
  for await (const piece of pieces) scan.take(piece);
  return scan;
}

class QuoteScanner implements QuoteScan {
  isOdd = false;
  firstIfOutside: number | undefined;
  firstIfInside: number | undefined;
  #position: number;

  constructor(start: number) {
    this.#position = start;
  }

  take(piece: Uint8Array): void {
    let isOdd = this.isOdd;
    let at = 0;
    for (; at < piece.length; at++) {
      const byte = piece[at];
      if (byte === quote) isOdd = !isOdd;
      else if (byte === newline) {
        if (isOdd) this.firstIfInside ??= this.#position + at + 1;
        else this.firstIfOutside ??= this.#position + at + 1;
        if (this.firstIfInside !== undefined && this.firstIfOutside !== undefined) break;
      }
    }
    for (; at < piece.length; at++) if (piece[at] === quote) isOdd = !isOdd;
    this.isOdd = isOdd;
    this.#position += piece.length;
  }
}

/** Beginnings of records to cut at, in order. @param scans of `scannedRanges`, in its order */
export function cutsOf(scans: readonly QuoteScan[], fileBytes: number): number[] {
  const cuts: number[] = [];
  let isInside = false;
  for (const [i, scan] of scans.entries()) {
    const first = isInside ? scan.firstIfInside : scan.firstIfOutside;
    if (i > 0 && first !== undefined && first < fileBytes) cuts.push(first);
    if (scan.isOdd) isInside = !isInside;
  }
  return cuts;
}
