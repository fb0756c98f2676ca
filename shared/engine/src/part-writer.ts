/** Writes a part: the lines of the pairs that the guest emits, in their order. */
import { dataPlaneLimits, type OutputFormat } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { CheckedOutput, type WrittenFile } from './checked-output.js';
import { createFormatter, type Formatter } from './output-format.js';
import type { PairBlock } from './program.js';
import type { ByteSink } from './scratch-file.js';

export class PartWriter {
  readonly #output: CheckedOutput;
  readonly #format: Formatter;
  readonly #lines = new ByteBuffer(dataPlaneLimits.formattedBytesMax);
  #records = 0;

  constructor(sink: ByteSink, format: OutputFormat, writeBufferBytes: number) {
    this.#output = new CheckedOutput(sink, writeBufferBytes);
    this.#format = createFormatter(format);
  }

  write(pairs: PairBlock): void {
    for (let from = 0; from < pairs.count; ) {
      from = this.#format(pairs, this.#lines, from);
      this.#output.write(this.#lines.view());
      this.#lines.clear();
    }
    this.#records += pairs.count;
  }

  /** Writes what is still held. Does not commit what it wrote to. */
  finish(): WrittenFile {
    return this.#output.finish(this.#records);
  }
}
