/** A segment or run whose bytes are not what was written: the map attempt behind it is lost and has to run again. */
import { TaskError } from '@gridmr/contracts';

export class SegmentDamagedError extends TaskError {
  readonly path: string;
  /** Undefined if what is damaged serves all partitions. */
  readonly partition: number | undefined;

  constructor(path: string, partition: number | undefined, what: string, options?: ErrorOptions) {
    const where = partition === undefined ? '' : `partition ${partition} of `;
    const message = `${where}the segment ${path} is damaged: ${what}; its map task must run again`;
    super({ code: 'storage_error', message }, options);
    this.name = 'SegmentDamagedError';
    this.path = path;
    this.partition = partition;
  }
}
