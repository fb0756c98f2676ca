/**
 * A whole job over a sample, in this thread and in memory: the engine's own attempts, map tasks first, then the reduce task of each partition that has
 * records, up to a bound of them.
 *
 * What a run may vary: how the sample is cut into map tasks, whether values are combined, and what a job is given by chance (its id, the clock, the
 * attempt's number). A program whose results depend on any of these is not what it seems: see `check-program.ts`.
 */
import {
  addCounters,
  type Counters,
  dataPlaneLimits,
  type JobSpec,
  newJobId,
  previewLimits,
  type SegmentPartition,
  type SkippedRecord,
  taskId,
  zeroCounters,
} from '@gridmr/contracts';
import {
  type AttemptContext,
  type AttemptLimits,
  type AttemptResult,
  openSegment,
  type RecordBlock,
  runMapAttempt,
  runReduceAttempt,
  SortMemory,
} from '@gridmr/engine';
import { type CheckedProgram, openQuickJsSandbox, openSkippingSandbox, type WasmModule } from '@gridmr/sandbox';
import { HeldBytes } from '../held-bytes.js';
import { BoundedOutput, noOutput } from './bounded-output.js';
import { GroupListing } from './group-listing.js';
import { PairLines } from './pair-lines.js';
import type { RunClock } from './run-clock.js';
import { WatchedSandbox } from './watched-sandbox.js';

/** What all runs of one preview share. */
export interface RunTools {
  readonly engine: WasmModule;
  readonly program: CheckedProgram;
  readonly spec: JobSpec;
  /** R; 0 for a map-only job. */
  readonly reducers: number;
  readonly memoryBytes: number;
  readonly scratch: string;
  readonly clock: RunClock;
}

/** What a run varies. */
export interface Variation {
  /** Runs of different numbers differ in all that a program gets by chance. */
  readonly chance: number;
  readonly combines: boolean;
  /** Spills and combines after each block. */
  readonly combinesOften?: boolean;
}

export interface Partition extends SegmentPartition {
  readonly partition: number;
}

const memory = new SortMemory();
const dayMs = 86_400_000;
const firstMs = Date.parse('2026-01-01T00:00:00Z');

export class SampleRun {
  readonly pairs = new PairLines();
  readonly groups = new GroupListing();
  readonly results = new PairLines();
  readonly counters: Counters = zeroCounters();
  readonly logs: string[] = [];
  /** Those that have records, of all map tasks. */
  readonly partitions = new Map<number, { records: number; bytes: number }>();
  /** Blocks that were mapped, of all map tasks. */
  mapped = 0;
  readonly #tools: RunTools;
  readonly #variation: Variation;
  readonly #jobId: string;
  readonly #segments: Buffer[] = [];

  constructor(tools: RunTools, variation: Variation) {
    this.#tools = tools;
    this.#variation = variation;
    this.#jobId = newJobId(firstMs + variation.chance);
  }

  /**
   * Runs one map task more. Throws `TaskError`.
   * @param onSkipped is told of each bad record
   */
  async map(blocks: Iterable<RecordBlock>, onSkipped: (record: SkippedRecord) => void = () => {}): Promise<void> {
    const { engine, program, spec, reducers, memoryBytes, scratch, clock } = this.#tools;
    const skipping = { skip: onSkipped, recordMs: previewLimits.runMs * previewLimits.recordShare, scratch };
    const given = { module: engine, ...program, memoryBytes, deadlineMs: clock.leftMs, skipping };
    const watch = { onPairs: this.pairs.add.bind(this.pairs) };
    using sandbox = new WatchedSandbox(await openSkippingSandbox(given), watch, this.#variation.combines);
    const output = new BoundedOutput();
    const result = await this.#noting(sandbox, () =>
      runMapAttempt({
        blocks: this.#counted(blocks),
        sandbox,
        context: this.#context('map', this.#segments.length, null),
        output,
        reducers,
        outputFormat: spec.output_format,
        scratch,
        memory,
        limits: this.#limits,
      }),
    );
    this.#take(result);
    const segment = reducers === 0 ? Buffer.alloc(0) : output.content;
    this.#segments.push(segment);
    if (reducers > 0) this.#addPartitions(segment);
  }

  /** Runs the reduce tasks, in order. Returns false if not all of them. Throws `TaskError`. */
  async reduce(): Promise<boolean> {
    const partitions = [...this.partitions.keys()].sort((a, b) => a - b);
    for (const partition of partitions.slice(0, previewLimits.partitionsMax)) await this.#reducePartition(partition);
    return partitions.length <= previewLimits.partitionsMax;
  }

  async #reducePartition(partition: number): Promise<void> {
    const { engine, program, spec, memoryBytes, scratch, clock } = this.#tools;
    const watch = {
      onPairs: this.results.add.bind(this.results),
      onGroups: this.groups.add.bind(this.groups),
    };
    const given = { module: engine, ...program, memoryBytes, deadlineMs: clock.leftMs };
    using sandbox = new WatchedSandbox(await openQuickJsSandbox(given), watch);
    const segments = this.#segments;
    const open = async (mapTask: number) => new HeldBytes(`segment ${mapTask}`, segments[mapTask] ?? Buffer.alloc(0));
    const result = await this.#noting(sandbox, () =>
      runReduceAttempt({
        sources: { bytes: segments.map(({ length }) => length), open },
        partition,
        sandbox,
        context: this.#context('reduce', partition, partition),
        output: noOutput,
        outputFormat: spec.output_format,
        scratch,
        limits: this.#limits,
      }),
    );
    this.#take(result);
  }

  get #limits(): Partial<AttemptLimits> {
    const { sortBufferBytes } = previewLimits;
    const { smallSplitBytes: buffer } = dataPlaneLimits;
    const often = this.#variation.combinesOften === true ? { combineSpillBytes: 1 } : {};
    return { sortBufferBytes, segmentFrameBytes: buffer, writeBufferBytes: buffer, ...often };
  }

  *#counted(blocks: Iterable<RecordBlock>): Generator<RecordBlock> {
    for (const block of blocks) {
      yield block;
      this.mapped++;
    }
  }

  #take({ counters, logLines }: AttemptResult): void {
    addCounters(this.counters, counters);
    this.#addLogs(logLines);
  }

  #addLogs(lines: readonly string[]): void {
    this.logs.push(...lines.slice(0, previewLimits.logLinesListedMax - this.logs.length));
  }

  /** What user code had logged until it failed is worth most. */
  async #noting(sandbox: WatchedSandbox, work: () => Promise<AttemptResult>): Promise<AttemptResult> {
    try {
      return await work();
    } catch (error) {
      this.#addLogs(sandbox.notesOfFailure()?.logLines ?? []);
      throw error;
    }
  }

  #addPartitions(segment: Buffer): void {
    const reader = openSegment(new HeldBytes('segment', segment));
    for (let partition = 0; partition < reader.partitions; partition++) {
      const { records, bytes } = reader.partition(partition);
      if (records === 0) continue;
      const before = this.partitions.get(partition) ?? { records: 0, bytes: 0 };
      this.partitions.set(partition, { records: before.records + records, bytes: before.bytes + bytes });
    }
  }

  #context(phase: AttemptContext['phase'], index: number, partition: number | null): AttemptContext {
    const { chance } = this.#variation;
    return {
      jobId: this.#jobId,
      taskId: taskId(this.#jobId, phase, index),
      attempt: 1 + chance,
      phase,
      partition,
      numReducers: this.#tools.reducers,
      parameters: this.#tools.spec.parameters,
      nowMs: firstMs + chance * dayMs,
      input: phase === 'map' ? { path: '', split: index } : null,
    };
  }
}
