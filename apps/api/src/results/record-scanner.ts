/**
 * Finds where records end in bytes that come in pieces: at line feeds, but in CSV only at those outside quotes.
 *
 * Between pieces it remembers whether a quoted field is open, so every byte of a stream must be shown to it once and in order. (A doubled
 * quote closes a field and opens it again: nothing can end in between.)
 */
import type { OutputFormat } from '@gridmr/contracts';
import { pairFormats } from './pair-format.js';

const newline = 0x0a;
const quote = 0x22;

export class RecordScanner {
  readonly #quotes: boolean;
  #inQuotes = false;

  constructor(format: OutputFormat) {
    this.#quotes = pairFormats[format].quotes;
  }

  /** The place behind the first record that ends in `bytes` from `from` on; -1 if none does. */
  endAfter(bytes: Uint8Array, from: number): number {
    if (!this.#quotes) return bytes.indexOf(newline, from) + 1 || -1;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === quote) this.#inQuotes = !this.#inQuotes;
      else if (byte === newline && !this.#inQuotes) return at + 1;
    }
    return -1;
  }

  /** The place behind the last record that ends in `bytes`; 0 if none does. */
  lastEnd(bytes: Uint8Array): number {
    if (!this.#quotes) return bytes.lastIndexOf(newline) + 1;
    let last = 0;
    for (let end = this.endAfter(bytes, 0); end > 0; end = this.endAfter(bytes, end)) last = end;
    return last;
  }
}
