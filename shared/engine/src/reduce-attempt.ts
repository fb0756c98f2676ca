/**
 * One attempt of a reduce task: its partition of every map task's segment → merge → the user's `reduce` → a part.
 *
 * Segments are opened when the merge needs them, no more at once than the fan-in (`merge-passes.ts`); groups go to the
 * guest as a stream of batches (`group-batches.ts`); lines are written as pairs come out. It does not commit.
 * Memory: a frame of each open segment, a batch, and the write buffers, whatever the number of values of a key.
 */
import { type Counters, type OutputCompression, type OutputFormat, zeroCounters } from '@gridmr/contracts';
import type { BlobReader, BlobWriter } from '@gridmr/storage';
import { type AttemptLimits, attemptLimits } from './attempt-limits.js';
import { type AttemptResult, attemptResult } from './attempt-result.js';
import { copyGroups } from './copy-groups.js';
import { copyPairs } from './copy-pairs.js';
import type { DiskAllowance } from './disk-allowance.js';
import { GroupBatches } from './group-batches.js';
import type { GroupCursor } from './group-cursor.js';
import { mergeSources } from './merge-passes.js';
import { PartWriter } from './part-writer.js';
import type { AttemptContext, Sandbox } from './program.js';
import { ScratchDirectory } from './scratch-file.js';
import { openSegmentSource, type SortedSource } from './sorted-source.js';
import { SummedGroups } from './summed-groups.js';

/** The segments of all map tasks, in map-task order. */
export interface ReduceSources {
  /** Of each segment, the bytes of its file, from its commit record. */
  readonly bytes: readonly number[];
  /** Opens the segment of a map task. The attempt closes it. */
  open(mapTask: number): Promise<BlobReader>;
}

export interface ReduceAttempt {
  readonly sources: ReduceSources;
  /** This task's own. */
  readonly partition: number;
  /** Loaded with the program and not begun; the caller disposes of it. */
  readonly sandbox: Sandbox;
  readonly context: AttemptContext;
  /** The caller commits or discards it. */
  readonly output: Pick<BlobWriter, 'writeSync'>;
  readonly outputFormat: OutputFormat;
  readonly outputCompression?: OutputCompression;
  /** Where merge passes are written: a directory on the local disk. Nothing stays there. */
  readonly scratch: string;
  /** For scratch files and output together; without, there is no bound. */
  readonly disk?: DiskAllowance;
  readonly limits?: Partial<AttemptLimits>;
}

/**
 * Runs the attempt. Throws `TaskError` when user code fails, `SegmentDamagedError` naming the file of a map task that has to run
 * again, and what storage throws.
 */
export async function runReduceAttempt(attempt: ReduceAttempt): Promise<AttemptResult> {
  const { sandbox, disk } = attempt;
  const limits = attemptLimits(attempt.limits);
  const counters = zeroCounters();
  const part = new PartWriter(disk?.guard(attempt.output) ?? attempt.output, {
    format: attempt.outputFormat,
    compression: attempt.outputCompression,
    writeBufferBytes: limits.writeBufferBytes,
    tallyKeys: true,
  });
  using scratch = new ScratchDirectory(attempt.scratch, disk);
  const options = {
    partitions: 1,
    limits,
    scratch,
    write: copyGroups,
    onRun: (records: number) => {
      counters.spilled_records += records;
    },
  };
  sandbox.begin(attempt.context, pairs => part.write(pairs));
  await mergeSources(segmentSources(attempt, counters), options, (_, groups) => {
    if (sandbox.known.reduce === 'identity') copyPairs(groups, part, counters);
    else reduceGroups(groups, sandbox, limits, counters);
  });
  const notes = sandbox.end();
  const file = part.finish();
  counters.reduce_output_records = file.records;
  counters.reduce_output_bytes = file.bytes;
  return attemptResult(file, counters, notes);
}

function reduceGroups(groups: GroupCursor, sandbox: Sandbox, limits: AttemptLimits, counters: Counters): void {
  const summed = sandbox.known.reduce === 'sum' ? new SummedGroups(groups) : undefined;
  const batches = new GroupBatches(summed ?? groups, limits.groupBatchBytes);
  sandbox.reduce(batches.next);
  counters.reduce_input_groups += batches.groupCount;
  counters.reduce_input_records += batches.recordCount + (summed?.addedAway ?? 0);
}

/** The attempt's partition of each segment, as the only partition of a source. */
function segmentSources({ sources, partition }: ReduceAttempt, counters: Counters): SortedSource[] {
  return sources.bytes.map((bytes, mapTask) => ({
    open: async () => {
      const file = await sources.open(mapTask);
      return openSegmentSource(file, bytes, segment => {
        counters.shuffle_bytes += segment.partition(partition).bytes;
        return segment.readPartition(partition);
      });
    },
    remove: () => {},
  }));
}
