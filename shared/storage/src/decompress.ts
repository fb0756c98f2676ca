/**
 * A compressed file as the pieces of what it holds, forward and never whole in memory. Strict: every member or frame must be whole, and nothing but
 * members or frames may stand in the file. What comes out is bounded, so that a bomb ends with a message and not with the task's time.
 */
import { dataPlaneLimits, type InputRange } from '@gridmr/contracts';
import type { BlobReader } from './blob-store.js';
import type { Compression } from './compression.js';
import { gunzip } from './gunzip.js';
import { invalidInput } from './input-errors.js';
import { unzstd } from './unzstd.js';

export interface DecompressionLimits {
  readonly bytesMax: number;
  readonly ratioMax: number;
  /** The ratio is looked at from here on: small files of one character are no bombs. */
  readonly ratioCheckedBytes: number;
}

/** What one attempt has made of compressed files so far. */
export class DecompressionBudget {
  readonly #limits: DecompressionLimits;
  #bytes = 0;

  constructor(limits: Partial<DecompressionLimits> = {}) {
    const { decompressedBytesMax: bytesMax, decompressionRatioMax: ratioMax, ratioCheckedBytes } = dataPlaneLimits;
    this.#limits = { bytesMax, ratioMax, ratioCheckedBytes, ...limits };
  }

  /** @param made bytes of `path` so far, of which `more` are new */
  spend(path: string, compressedBytes: number, made: number, more: number): void {
    const { bytesMax, ratioMax, ratioCheckedBytes } = this.#limits;
    this.#bytes += more;
    if (this.#bytes > bytesMax) {
      throw invalidInput(
        path,
        `makes more than the ${bytesMax} bytes that one map task may decompress; split it into several files`,
      );
    }
    if (made > ratioCheckedBytes && made > ratioMax * compressedBytes) {
      throw invalidInput(
        path,
        `expands to more than ${ratioMax} times its ${compressedBytes} bytes, which looks like a decompression bomb; decompress it before the job`,
      );
    }
  }
}

/** Throws `TaskError` `invalid_input` for what is not whole, not valid, or too much. */
export async function* decompress(
  reader: BlobReader,
  range: InputRange,
  compression: Exclude<Compression, 'none'>,
  budget: DecompressionBudget,
): AsyncGenerator<Uint8Array, void> {
  const { path, file_bytes } = range;
  let made = 0;
  for await (const piece of compression === 'gzip' ? gunzip(reader, range) : unzstd(reader, range)) {
    made += piece.length;
    budget.spend(path, file_bytes, made, piece.length);
    yield piece;
  }
}
