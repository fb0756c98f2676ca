/**
 * Runs the user's combiner over sorted groups and writes what it emits, in the same order, to a segment.
 *
 * The groups of one partition go into the guest in calls of a bounded number of keys. The guest may emit any number of
 * pairs for a group, none too, but only under the group's key: another one would stand out of order, or in a partition
 * where its reduce task never finds it. Since pairs come in the order of the groups, the keys of a call are kept in a row
 * and each emitted key has to be the one where the last was found, or one after it.
 *
 * Memory: `combineCallBytes` of keys, and a batch of groups. Cost: one comparison of keys a pair, besides the guest's work.
 */
import { type Counters, sandboxLimits, TaskError } from '@gridmr/contracts';
import type { AttemptLimits } from './attempt-limits.js';
import { ByteBuffer } from './byte-buffer.js';
import { endBefore } from './column.js';
import { GivenKeys } from './given-keys.js';
import { GroupBatches } from './group-batches.js';
import { emptySlice, type GroupCursor, type Slice } from './group-cursor.js';
import { appendKeyJson } from './key-json.js';
import type { PairBlock, Sandbox } from './program.js';
import type { SegmentWriter } from './segment-writer.js';
import { SummedGroups } from './summed-groups.js';

export class GroupCombiner {
  readonly #sandbox: Sandbox;
  readonly #limits: AttemptLimits;
  readonly #counters: Counters;

  /** @param counters gets the records that go into the combiner and come out of it */
  constructor(sandbox: Sandbox, limits: AttemptLimits, counters: Counters) {
    this.#sandbox = sandbox;
    this.#limits = limits;
    this.#counters = counters;
  }

  /** Combines the groups of one partition. Not to be called from within a sink. Throws `TaskError`. */
  readonly write = (partition: number, groups: GroupCursor, target: SegmentWriter): void => {
    const summed = this.#sandbox.known.combine === 'sum' ? new SummedGroups(groups) : undefined;
    const given = new GivenKeys(summed ?? groups, this.#limits.combineCallBytes);
    while (!given.atEnd) {
      given.startCall();
      const batches = new GroupBatches(given, this.#limits.groupBatchBytes);
      let first = batches.next();
      if (first === undefined) continue; // at the end: no call for nothing
      const source = () => {
        const batch = first ?? batches.next();
        first = undefined;
        return batch;
      };
      this.#sandbox.combine(source, pairs => this.#writePairs(partition, pairs, given, target));
      this.#counters.combine_input_records += batches.recordCount;
    }
    this.#counters.combine_input_records += summed?.addedAway ?? 0;
  };

  #writePairs(partition: number, pairs: PairBlock, given: GivenKeys, target: SegmentWriter): void {
    const key: Slice = { ...emptySlice(), bytes: pairs.keyBytes };
    const { values } = pairs;
    for (let i = 0; i < pairs.count; i++) {
      key.start = endBefore(pairs.keyEnds, i);
      key.end = pairs.keyEnds[i] as number;
      if (!given.find(key)) throw otherKeyError(key);
      target.startGroup(partition, key);
      if (values.kind === 'numbers') target.addNumber(values.numbers[i] as number);
      else target.addText(values.bytes, endBefore(values.ends, i), values.ends[i] as number);
    }
    this.#counters.combine_output_records += pairs.count;
  }
}

function otherKeyError(key: Slice): TaskError {
  const json = new ByteBuffer(Number.MAX_SAFE_INTEGER);
  appendKeyJson(json, key.bytes, key.start, key.end);
  const record = new TextDecoder().decode(json.view()).slice(0, sandboxLimits.errorRecordLengthMax);
  const message = `combine emitted the key ${record}, which is not the key that it was given; emit under that key only, and change keys in map or reduce`;
  return new TaskError({ code: 'user_code_error', message, record });
}
