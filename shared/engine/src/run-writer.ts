/**
 * Writes a run: a segment in the scratch directory, for the time of one attempt.
 *
 * Call order: write to `target`, then `finish`, which gives the run as a source of a merge; dispose in any case.
 */
import type { ScratchDirectory, ScratchFile } from './scratch-file.js';
import { SegmentWriter } from './segment-writer.js';
import { openSegmentSource, type SortedSource } from './sorted-source.js';

export interface RunOptions {
  readonly partitions: number;
  readonly limits: { readonly segmentFrameBytes: number; readonly writeBufferBytes: number };
  readonly scratch: ScratchDirectory;
  /** Told how many records were written to each run. */
  readonly onRun: (records: number) => void;
}

export class RunWriter implements Disposable {
  readonly target: SegmentWriter;
  readonly #file: ScratchFile;
  readonly #onRun: (records: number) => void;

  constructor({ partitions, limits, scratch, onRun }: RunOptions) {
    this.#file = scratch.create();
    this.#onRun = onRun;
    this.target = new SegmentWriter(this.#file, { partitions, ...limits });
  }

  finish(): SortedSource {
    const file = this.#file;
    this.#onRun(this.target.finish().records);
    file.close();
    return {
      open: async () =>
        openSegmentSource(file.open(), file.bytes, (segment, partition) => segment.readPartition(partition)),
      remove: () => file.remove(),
    };
  }

  /** Closes the file, whatever happened. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
