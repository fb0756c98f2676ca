/** What an attempt of a preview writes, in memory, up to a bound. */
import { bytesPerMb, previewLimits, TaskError } from '@gridmr/contracts';

export class BoundedOutput {
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;

  writeSync(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    if (this.#bytes > previewLimits.outputBytesMax) {
      const mib = previewLimits.outputBytesMax / bytesPerMb;
      const message = `the pairs of the sample take more than the ${mib} MiB that a preview has for them`;
      throw new TaskError({ code: 'memory_limit', message });
    }
    this.#pieces.push(bytes.slice());
  }

  get content(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** For parts, of which only the pairs are wanted. */
export const noOutput = { writeSync: () => {} };
