/**
 * Sorts a map attempt's pairs into one segment, in bounded memory.
 *
 * Pairs go into the sort buffer (`group-buffer.ts`). When it is full it is spilled: written sorted to the scratch
 * directory as a run, which is a segment like the one at the end. At the end runs and buffer are merged.
 *
 * With a combiner there are three moments more. A buffer that gets full inside a call into the guest is spilled as it is,
 * because the guest must not be entered again. Between two blocks, a buffer above `combineSpillBytes` is combined and
 * spilled, which keeps the first kind rare. After the last block, all runs and the buffer are combined into one run; only
 * what `teardown` emits after that goes uncombined into the segment.
 *
 * Invariant: when to spill and what to combine depends on the pairs and the limits alone, so equal input and settings
 * give equal bytes, and the order of a key's values is emission order throughout: runs are merged in the order they were made.
 * Cost: without a spill and a combiner each pair is written once; each spill, and the combiner's run, once more.
 */
import type { Counters, WrittenFile } from '@gridmr/contracts';
import type { AttemptLimits } from './attempt-limits.js';
import { GroupCombiner } from './combine-groups.js';
import { copyGroups } from './copy-groups.js';
import type { GroupBuffer } from './group-buffer.js';
import type { MapOutput } from './map-output.js';
import { type MergeOptions, mergeSources, type WriteGroups } from './merge-passes.js';
import type { PairBlock, Sandbox } from './program.js';
import { RunWriter } from './run-writer.js';
import type { ByteSink, ScratchDirectory } from './scratch-file.js';
import { SegmentWriter } from './segment-writer.js';
import type { SortMemory } from './sort-memory.js';
import { bufferSource, type SortedSource } from './sorted-source.js';

export interface SegmentOutputOptions {
  readonly output: ByteSink;
  /** R, at least 1. */
  readonly partitions: number;
  readonly limits: AttemptLimits;
  readonly scratch: ScratchDirectory;
  readonly sandbox: Sandbox;
  readonly memory: SortMemory;
  /** Gets spilled and combined records. */
  readonly counters: Counters;
}

export class SegmentOutput implements MapOutput {
  readonly #options: SegmentOutputOptions;
  #madeBuffer: GroupBuffer | undefined;
  readonly #combine: WriteGroups | undefined;
  /** In the order of their pairs. */
  #runs: SortedSource[] = [];

  constructor(options: SegmentOutputOptions) {
    const { limits, sandbox, counters } = options;
    this.#options = options;
    this.#combine = sandbox.functions.combine ? new GroupCombiner(sandbox, limits, counters).write : undefined;
  }

  /** Made when it is needed: before it begins, the sandbox does not know its functions. */
  get #buffer(): GroupBuffer {
    const { partitions, limits, sandbox, memory } = this.#options;
    const { known, functions } = sandbox;
    const sums = known.combine === 'sum';
    const distinct = (functions.combine ? known.combine : known.reduce) === 'distinct';
    this.#madeBuffer ??= memory.take({ partitions, limitBytes: limits.sortBufferBytes, sums, distinct });
    return this.#madeBuffer;
  }

  take(pairs: PairBlock): void {
    let next = this.#buffer.add(pairs);
    while (next < pairs.count) {
      this.#spill(copyGroups);
      next = this.#buffer.add(pairs, next);
    }
  }

  afterBlock(): void {
    const { combineSpillBytes } = this.#options.limits;
    if (this.#combine !== undefined && this.#buffer.bytesHeld >= combineSpillBytes) this.#spill(this.#combine);
  }

  async beforeEnd(): Promise<void> {
    const combine = this.#combine;
    if (combine === undefined || (this.#buffer.records === 0 && this.#runs.length < 2)) return;
    const options = this.#mergeOptions(combine);
    using run = new RunWriter(options);
    await mergeSources(this.#sources(), options, (partition, groups) => combine(partition, groups, run.target));
    this.#runs = [run.finish()];
    this.#clearBuffer();
  }

  async finish(): Promise<WrittenFile> {
    const { output, partitions, limits, counters } = this.#options;
    const target = new SegmentWriter(output, { partitions, ...limits });
    await mergeSources(this.#sources(), this.#mergeOptions(copyGroups), (partition, groups) =>
      copyGroups(partition, groups, target),
    );
    this.#clearBuffer();
    const file = target.finish();
    counters.spilled_records += file.records;
    return file;
  }

  /** Empties the buffer into a new run. */
  #spill(write: WriteGroups): void {
    using run = new RunWriter(this.#mergeOptions(write));
    const sorted = this.#buffer.sorted();
    for (let partition = 0; partition < this.#options.partitions; partition++) {
      write(partition, sorted.readPartition(partition), run.target);
    }
    this.#runs.push(run.finish());
    this.#clearBuffer();
  }

  /** What was added up in the buffer, or left out of it, was combined there, if there is a combiner. */
  #clearBuffer(): void {
    if (this.#combine !== undefined) this.#options.counters.combine_input_records += this.#buffer.addedAway;
    this.#buffer.clear();
  }

  /** Gives the buffer's memory back, whatever became of the attempt. */
  [Symbol.dispose](): void {
    if (this.#madeBuffer !== undefined) this.#options.memory.giveBack(this.#madeBuffer);
    this.#madeBuffer = undefined;
  }

  #sources(): SortedSource[] {
    return this.#buffer.records === 0 ? this.#runs : [...this.#runs, bufferSource(this.#buffer.sorted())];
  }

  #mergeOptions(write: WriteGroups): MergeOptions {
    const { partitions, limits, scratch, counters } = this.#options;
    const onRun = (records: number) => {
      counters.spilled_records += records;
    };
    return { partitions, limits, scratch, write, onRun };
  }
}
