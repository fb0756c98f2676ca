/**
 * Writes a part: the lines of the pairs that the guest emits, in their order, compressed if the job wants that.
 * Memory: a write buffer's worth of lines, a block of gzip, and a write buffer.
 */
import { dataPlaneLimits, type OutputCompression, type OutputFormat, type WrittenFile } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { CheckedOutput } from './checked-output.js';
import { GzipBlocks } from './gzip-blocks.js';
import { KeyTally } from './key-tally.js';
import { createFormatter, type Formatter } from './output-format.js';
import type { PairBlock } from './program.js';
import type { ByteSink } from './scratch-file.js';

export interface PartOptions {
  readonly format: OutputFormat;
  readonly compression?: OutputCompression | undefined;
  readonly writeBufferBytes: number;
  /** Whether to look if the keys ascend, which those of a map-only job are not asked to. */
  readonly tallyKeys: boolean;
}

export class PartWriter {
  readonly #output: CheckedOutput;
  readonly #gzip: GzipBlocks | undefined;
  readonly #tally: KeyTally | undefined;
  readonly #format: Formatter;
  readonly #lines = new ByteBuffer(dataPlaneLimits.formattedBytesMax);
  #records = 0;

  constructor(sink: ByteSink, { format, compression, writeBufferBytes, tallyKeys }: PartOptions) {
    this.#output = new CheckedOutput(sink, writeBufferBytes);
    this.#gzip = compression === 'gzip' ? new GzipBlocks(this.#output) : undefined;
    this.#tally = tallyKeys ? new KeyTally() : undefined;
    this.#format = createFormatter(format);
  }

  write(pairs: PairBlock): void {
    for (let from = 0; from < pairs.count; ) {
      from = this.#format(pairs, this.#lines, from);
      (this.#gzip ?? this.#output).write(this.#lines.view());
      this.#lines.clear();
    }
    this.#tally?.add(pairs);
    this.#records += pairs.count;
  }

  /** Writes what is still held. Does not commit what it wrote to. */
  finish(): WrittenFile {
    const text_bytes = this.#gzip?.finish();
    const ascending_keys = this.#tally?.counts;
    return {
      ...this.#output.finish(this.#records),
      ...(text_bytes === undefined ? {} : { text_bytes }),
      ...(ascending_keys === undefined ? {} : { ascending_keys }),
    };
  }
}
