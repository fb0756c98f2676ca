/**
 * A block of records on its way in, and the way back from a record's number to its bytes, which only errors and `ctx.input.offset` ask for.
 *
 * Text that is UTF-8 without NUL goes in as its own bytes. The engine's decoder does not do with bad UTF-8 what the standard says, and its strings end at a NUL:
 * such text is decoded here, and goes in as JSON if it holds NUL.
 */
import { isUtf8 } from 'node:buffer';
import type { RecordBlock } from '@gridmr/engine';

const newline = 0x0a;
const carriageReturn = 0x0d;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

export interface BlockText {
  /** UTF-8 without NUL. */
  readonly utf8: Uint8Array;
  /** Whether `utf8` is the text's JSON instead of the text. */
  readonly isJson: boolean;
  /** Whether any line may end in a carriage return. */
  readonly hasCarriageReturns: boolean;
}

export function blockText({ bytes }: RecordBlock): BlockText {
  const hasCarriageReturns = bytes.includes(carriageReturn);
  const hasNul = bytes.includes(0);
  if (!hasNul && isUtf8(bytes)) return { utf8: bytes, isJson: false, hasCarriageReturns };
  const text = decoder.decode(bytes);
  return { utf8: encoder.encode(hasNul ? JSON.stringify(text) : text), isJson: hasNul, hasCarriageReturns };
}

/** Walks forward through a block: asking for record after record costs O(bytes) in all. */
export class RecordPlaces {
  readonly #block: RecordBlock;
  #index = 0;
  #start = 0;

  constructor(block: RecordBlock) {
    this.#block = block;
  }

  /** Byte offset of a record in its input. */
  offsetOf(index: number): number {
    return this.#block.offset + this.#startOf(index);
  }

  /** A record's text, cut to `lengthMax` UTF-16 units. */
  textOf(index: number, lengthMax: number): string {
    const { bytes } = this.#block;
    const start = this.#startOf(index);
    const found = bytes.indexOf(newline, start);
    let end = found === -1 ? bytes.length : found;
    if (found > start && bytes[found - 1] === carriageReturn) end--;
    return decoder.decode(bytes.subarray(start, Math.min(end, start + lengthMax * 4))).slice(0, lengthMax);
  }

  #startOf(index: number): number {
    if (index < this.#index) {
      this.#index = 0;
      this.#start = 0;
    }
    for (; this.#index < index; this.#index++) {
      const found = this.#block.bytes.indexOf(newline, this.#start);
      if (found === -1) return this.#start;
      this.#start = found + 1;
    }
    return this.#start;
  }
}
