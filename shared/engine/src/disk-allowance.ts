/**
 * What one attempt may have on disks at a time: its scratch files and its output together. A program that emits without end would fill them for everybody
 * long before its time is over.
 */
import { bytesPerMb, TaskError } from '@gridmr/contracts';
import type { ByteSink } from './scratch-file.js';

export class DiskAllowance {
  readonly #bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Before so many bytes are written. Throws `TaskError` with `disk_limit` if they are too many. */
  take(bytes: number): void {
    if (this.#bytes + bytes > this.#bytesMax) {
      const mebibytes = Math.floor(this.#bytesMax / bytesPerMb);
      const message =
        `what the attempt writes needs more than the ${mebibytes} MiB of disk that it may have; emit less, use a combine function, ` +
        'or make more of it: more reducers, smaller splits';
      throw new TaskError({ code: 'disk_limit', message });
    }
    this.#bytes += bytes;
  }

  /** The sink, of a file that stays as long as the attempt. */
  guard(sink: ByteSink): ByteSink {
    return {
      writeSync: bytes => {
        this.take(bytes.length);
        sink.writeSync(bytes);
      },
    };
  }

  /** Of a file that was removed. */
  giveBack(bytes: number): void {
    this.#bytes -= bytes;
  }
}
