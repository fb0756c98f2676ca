/**
 * One attempt of a map task: blocks of records → the user's `map` → a segment of R partitions, or a part if R is 0.
 *
 * The sandbox begins, takes block after block, and ends; the pairs it gives out go to a `MapOutput`. Everything here is
 * synchronous but for opening files and reading compressed ones. It writes and does not commit: see `attempt-result.ts`.
 */
import {
  type Counters,
  failureClass,
  type OutputCompression,
  type OutputFormat,
  TaskError,
  zeroCounters,
} from '@gridmr/contracts';
import type { BlobWriter } from '@gridmr/storage';
import { type AttemptLimits, attemptLimits } from './attempt-limits.js';
import { type AttemptResult, attemptResult } from './attempt-result.js';
import { endBefore } from './column.js';
import type { DiskAllowance } from './disk-allowance.js';
import { type MapOutput, PartOutput } from './map-output.js';
import { PartWriter } from './part-writer.js';
import type { AttemptContext, PairBlock, RecordBlock, Sandbox } from './program.js';
import { ScratchDirectory } from './scratch-file.js';
import { SegmentOutput } from './segment-output.js';
import { SortMemory } from './sort-memory.js';
import { valueBytes } from './value-column.js';

export interface MapAttempt {
  /** The split's records, from `readInputBlocks`. */
  readonly blocks: Iterable<RecordBlock> | AsyncIterable<RecordBlock>;
  /** Loaded with the program and not begun; the caller disposes of it. */
  readonly sandbox: Sandbox;
  readonly context: AttemptContext;
  /** The caller commits or discards it. */
  readonly output: Pick<BlobWriter, 'writeSync'>;
  /** R; 0 for a map-only job. */
  readonly reducers: number;
  /** Of a map-only job's parts. */
  readonly outputFormat: OutputFormat;
  readonly outputCompression?: OutputCompression;
  /** Where runs are spilled: a directory on the local disk. Nothing stays there. */
  readonly scratch: string;
  /** For scratch files and output together; without, there is no bound. */
  readonly disk?: DiskAllowance;
  readonly limits?: Partial<AttemptLimits>;
  /** Kept by a thread from attempt to attempt. */
  readonly memory?: SortMemory;
}

/** Runs the attempt. Throws `TaskError` when user code fails, and what storage and scratch files throw. */
export async function runMapAttempt(attempt: MapAttempt): Promise<AttemptResult> {
  const at = { path: attempt.context.input?.path };
  try {
    return await run(attempt, at);
  } catch (error) {
    const isUsers = error instanceof TaskError && failureClass(error.error.code) === 'user';
    throw isUsers && at.path !== undefined ? error.with({ input_path: at.path }) : error;
  }
}

/** @param at which input is being read */
async function run(attempt: MapAttempt, at: { path: string | undefined }): Promise<AttemptResult> {
  const { sandbox } = attempt;
  const counters = zeroCounters();
  using scratch = new ScratchDirectory(attempt.scratch, attempt.disk);
  using output = openOutput(attempt, scratch, counters);
  sandbox.begin(attempt.context, pairs => {
    counters.map_output_records += pairs.count;
    counters.map_output_bytes += bytesOf(pairs);
    output.take(pairs);
  });
  for await (const block of attempt.blocks) {
    at.path = block.path;
    counters.map_input_records += block.records;
    counters.map_input_bytes += block.bytes.length;
    const later = sandbox.mapBlock(block);
    if (later !== undefined) await later;
    output.afterBlock();
  }
  await output.beforeEnd();
  const notes = sandbox.end();
  return attemptResult(await output.finish(), counters, notes);
}

function openOutput(attempt: MapAttempt, scratch: ScratchDirectory, counters: Counters): MapOutput {
  const { reducers, outputFormat: format, outputCompression: compression, sandbox, disk } = attempt;
  const output = disk?.guard(attempt.output) ?? attempt.output;
  const limits = attemptLimits(attempt.limits);
  if (reducers === 0) {
    const { writeBufferBytes } = limits;
    return new PartOutput(new PartWriter(output, { format, compression, writeBufferBytes, tallyKeys: false }));
  }
  const { memory = new SortMemory() } = attempt;
  return new SegmentOutput({ output, partitions: reducers, limits, scratch, sandbox, memory, counters });
}

/** Of encoded keys, numbers and JSON texts. */
function bytesOf(pairs: PairBlock): number {
  return endBefore(pairs.keyEnds, pairs.count) + valueBytes(pairs.values, pairs.count);
}
