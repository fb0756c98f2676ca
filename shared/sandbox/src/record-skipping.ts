/** What skipping bad records takes, and what is known of a jail that one of them cost. */
import type { JobError, SkippedRecord } from '@gridmr/contracts';
import type { DiskAllowance } from '@gridmr/engine';

export interface RecordSkipping {
  /** Is told of each bad record, in order. What it throws ends the attempt. */
  readonly skip: (record: SkippedRecord) => void;
  /** How long one record may take, by the clock. */
  readonly recordMs: number;
  /** The same in polls of the guest; if this is not given, as many as `recordMs` are on a slow machine. */
  readonly recordPolls?: number;
  /** A directory on the local disk, for pairs of a record that has very many. */
  readonly scratch: string;
  readonly disk?: DiskAllowance;
}

/**
 * A jail that ended at a record of a block. `pairs`: some pair that was handed over cannot be taken; it is of a record from `settled` to `record`.
 * Else the record at hand is to blame: it took too long, or all memory, or the engine's own stack.
 */
export interface LostJail {
  readonly fault: 'pairs' | 'record_time' | 'memory' | 'stack';
  /** Indices in the block, blank lines counted: the first whose pairs do not count yet, and the one at hand. */
  readonly settled: number;
  readonly record: number;
}

export function skippedRecord(error: JobError): SkippedRecord {
  const { code, message, line, column, input_path: path = '', offset = 0, record = '' } = error;
  const where = {
    ...(error.function === undefined ? {} : { function: error.function }),
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
  return { path, offset, record, error: { code, message, ...where } };
}
