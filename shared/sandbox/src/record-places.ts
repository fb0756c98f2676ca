/** The way back from a record's number in its block to its bytes, which only errors and `ctx.input.offset` ask for. */
import { sandboxLimits } from '@gridmr/contracts';
import { endOfRecord, type RecordBlock } from '@gridmr/engine';

const carriageReturn = 0x0d;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Walks forward through a block: asking for record after record costs O(bytes) in all. Blank lines have numbers, too. */
export class RecordPlaces {
  readonly #block: RecordBlock;
  #index = 0;
  #start = 0;

  constructor(block: RecordBlock) {
    this.#block = block;
  }

  get path(): string {
    return this.#block.path;
  }

  /** Byte offset of a record in its input. */
  offsetOf(index: number): number {
    return this.#block.offset + this.#startOf(index);
  }

  /** A record's text, cut to `lengthMax` UTF-16 units; of binary files their first bytes in hexadecimal. */
  textOf(index: number, lengthMax: number): string {
    const { bytes, format } = this.#block;
    if (format === 'bytes') return Buffer.from(bytes.subarray(0, lengthMax / 2)).toString('hex');
    const start = this.#startOf(index);
    const found = endOfRecord(bytes, start, format);
    let end = found === -1 ? bytes.length : found;
    if (found > start && bytes[found - 1] === carriageReturn) end--;
    return decoder.decode(bytes.subarray(start, Math.min(end, start + lengthMax * 4))).slice(0, lengthMax);
  }

  /** Of a record, as errors name it. */
  placeOf(index: number): { input_path: string; offset: number; record: string } {
    const record = this.textOf(index, sandboxLimits.errorRecordLengthMax);
    return { input_path: this.path, offset: this.offsetOf(index), record };
  }

  #startOf(index: number): number {
    if (index < this.#index) {
      this.#index = 0;
      this.#start = 0;
    }
    for (; this.#index < index; this.#index++) {
      const found = endOfRecord(this.#block.bytes, this.#start, this.#block.format);
      if (found === -1) return this.#start;
      this.#start = found + 1;
    }
    return this.#start;
  }
}
