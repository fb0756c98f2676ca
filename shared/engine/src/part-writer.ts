/**
 * Writes a part: the lines of the pairs that the guest emits, in their order, compressed if the job wants that.
 * Memory: a write buffer's worth of lines, a block of gzip, and a write buffer.
 */
import { dataPlaneLimits, type OutputCompression, type OutputFormat, type WrittenFile } from '@gridmr/contracts';
import { ByteBuffer } from './byte-buffer.js';
import { CheckedOutput } from './checked-output.js';
import type { Slice } from './group-cursor.js';
import { GzipBlocks } from './gzip-blocks.js';
import { KeyTally } from './key-tally.js';
import { type AppendLine, createLineAppender, type Formatter, formatterOf } from './output-format.js';
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
  readonly #appendLine: AppendLine;
  readonly #format: Formatter;
  readonly #lines = new ByteBuffer(dataPlaneLimits.formattedBytesMax);
  #records = 0;

  constructor(sink: ByteSink, { format, compression, writeBufferBytes, tallyKeys }: PartOptions) {
    this.#output = new CheckedOutput(sink, writeBufferBytes);
    this.#gzip = compression === 'gzip' ? new GzipBlocks(this.#output) : undefined;
    this.#tally = tallyKeys ? new KeyTally() : undefined;
    this.#appendLine = createLineAppender(format);
    this.#format = formatterOf(this.#appendLine);
  }

  write(pairs: PairBlock): void {
    for (let from = 0; from < pairs.count; ) {
      from = this.#format(pairs, this.#lines, from);
      this.#passLines();
    }
    this.#tally?.add(pairs);
    this.#records += pairs.count;
  }

  /** Writes one pair of a group that has been begun. @param value a number, or JSON text */
  writePair(key: Readonly<Slice>, value: Readonly<Slice> | number): void {
    this.#appendLine(key, value, this.#lines);
    if (this.#lines.length >= dataPlaneLimits.writeBufferBytes) this.#passLines();
    this.#records++;
  }

  /** After the pairs of a group were written one by one. */
  endGroup(key: Readonly<Slice>, pairs: number): void {
    this.#tally?.addGroup(key, pairs);
  }

  /** Writes what is still held. Does not commit what it wrote to. */
  finish(): WrittenFile {
    this.#passLines();
    const text_bytes = this.#gzip?.finish();
    const ascending_keys = this.#tally?.counts;
    return {
      ...this.#output.finish(this.#records),
      ...(text_bytes === undefined ? {} : { text_bytes }),
      ...(ascending_keys === undefined ? {} : { ascending_keys }),
    };
  }

  #passLines(): void {
    (this.#gzip ?? this.#output).write(this.#lines.view());
    this.#lines.clear();
  }
}
