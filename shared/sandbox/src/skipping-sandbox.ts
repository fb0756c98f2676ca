/**
 * A sandbox that skips bad records of a map attempt, in the same attempt.
 *
 * Most bad records are caught in the guest, where they happen, and cost no more than that (`skipRecord` of the prelude). Three kinds cost the jail, or do
 * not get as far as the guest:
 *
 * ```
 * malformed CSV           found by the host; the block is cut in two, and the record left out
 * hung, memory, stack     the jail is lost. In a fresh one, records that do not count yet run again, up to the bad one; it is left out, the rest follows.
 *                         Memory may have been filled by others: a record is bad for it only if a fresh jail is lost at it again
 * a pair that cannot be   the hand-over is known, the record is not: what it came from is halved, each half in a fresh jail, until one record is left
 * ```
 *
 * Invariant: what is in `#queue` are the block's records in order, of which nothing has gone out; what was skipped is told of in that order.
 * A fresh jail runs `setup` again, of which nothing goes out a second time; what the program keeps in variables begins anew. A program with `teardown` may
 * give out there what it kept, so it does not get a fresh jail: its attempt fails.
 */
import { type Counters, type SkippedRecord, sandboxLimits, TaskError } from '@gridmr/contracts';
import {
  type AttemptContext,
  type AttemptNotes,
  CsvError,
  type GroupSource,
  type KnownFunctions,
  type PairSink,
  type ProgramFunctions,
  type RecordBlock,
  type Sandbox,
  sliceBlock,
} from '@gridmr/engine';
import { invalidRecord } from './guest-failure.js';
import { openQuickJsSandbox, type QuickJsSandbox, type SandboxOptions } from './quickjs-sandbox.js';
import { RecordPlaces } from './record-places.js';
import { type LostJail, type RecordSkipping, skippedRecord } from './record-skipping.js';

export interface SkippingOptions extends SandboxOptions {
  readonly skipping: RecordSkipping;
}

/** Throws `TaskError` for a program that does not parse. */
export async function openSkippingSandbox(options: SkippingOptions): Promise<Sandbox> {
  const endsAtMs = performance.now() + options.deadlineMs;
  let skippedRecords = 0;
  const skip = (record: SkippedRecord) => {
    skippedRecords++;
    options.skipping.skip(record);
  };
  const counting = { ...options, skipping: { ...options.skipping, skip } };
  return new SkippingSandbox(await openQuickJsSandbox(counting), counting, endsAtMs, () => skippedRecords);
}

/** Records to be mapped, or one that is bad. */
type Step = { readonly block: RecordBlock } | { readonly bad: SkippedRecord };

class SkippingSandbox implements Sandbox {
  readonly functions: ProgramFunctions;
  readonly #options: SkippingOptions;
  readonly #skippedRecords: () => number;
  #jail: QuickJsSandbox;
  #endsAtMs: number;
  #timedOut = 0;
  #context: AttemptContext | undefined;
  #sink: PairSink = () => {};
  /** Whether a fresh jail runs `setup` again. */
  #isBeginningAgain = false;
  #queue: Step[] = [];
  /** Of jails that were lost. */
  #notes: AttemptNotes = { userCounters: {}, logLines: [] };
  /** The record at which a jail ran out of memory last, by its place. */
  #suspect: string | undefined;

  constructor(jail: QuickJsSandbox, options: SkippingOptions, endsAtMs: number, skippedRecords: () => number) {
    this.functions = options.functions;
    this.#jail = jail;
    this.#options = options;
    this.#endsAtMs = endsAtMs;
    this.#skippedRecords = skippedRecords;
  }

  get known(): KnownFunctions {
    return this.#jail.known;
  }

  begin(context: AttemptContext, sink: PairSink): void {
    this.#context = context;
    this.#sink = sink;
    this.#jail.begin(context, this.#takePairs);
  }

  mapBlock(block: RecordBlock): void | Promise<void> {
    this.#queue = [{ block }];
    return this.#mapQueue();
  }

  combine(groups: GroupSource, sink: PairSink): void {
    this.#jail.combine(groups, sink);
  }

  reduce(groups: GroupSource): void {
    this.#jail.reduce(groups);
  }

  end(): AttemptNotes {
    return { ...addNotes(this.#notes, this.#jail.end()), skippedRecords: this.#skippedRecords() };
  }

  [Symbol.dispose](): void {
    this.#jail[Symbol.dispose]();
  }

  readonly #takePairs: PairSink = pairs => {
    if (!this.#isBeginningAgain) this.#sink(pairs);
  };

  #mapQueue(): void | Promise<void> {
    for (let step = this.#queue.shift(); step !== undefined; step = this.#queue.shift()) {
      if ('bad' in step) {
        this.#options.skipping.skip(step.bad);
        continue;
      }
      const { block } = step;
      try {
        this.#jail.mapBlock(block);
      } catch (error) {
        if (!(error instanceof CsvError)) {
          this.#queue.unshift(...this.#afterLoss(block, error));
          return this.#beginAgain().then(() => this.#mapQueue());
        }
        const bad = skippedRecord(invalidRecord(placeIn(block, error.record), error.message));
        const after = sliceBlock(block, error.record + 1, Number.POSITIVE_INFINITY);
        this.#queue.unshift({ block: sliceBlock(block, 0, error.record) }, { bad }, { block: after });
      }
    }
  }

  /** What is left of a block at which a jail was lost. Throws what was thrown if that is no record's fault. */
  #afterLoss(block: RecordBlock, error: unknown): Step[] {
    const { lost } = this.#jail;
    if (lost === undefined || !(error instanceof TaskError)) throw error;
    if (this.#jail.hasTeardown) throw withoutFreshJail(error);
    const { fault, settled, record } = lost;
    const part = (from: number, to: number) => ({ block: sliceBlock(block, from, to) });
    if (fault === 'pairs') {
      const isOne = part(settled + 1, record + 1).block.bytes.length === 0;
      const end = isOne ? settled + 1 : record + 1;
      const after = part(end, Number.POSITIVE_INFINITY);
      if (isOne) return [{ bad: skippedRecord({ ...error.error, ...placeIn(block, settled) }) }, after];
      const middle = settled + Math.max(1, Math.floor((end - settled) / 2));
      return [part(settled, middle), part(middle, end), after];
    }
    if (this.#isSuspectedFirst(lost, error)) return [part(settled, Number.POSITIVE_INFINITY)];
    this.#giveTimeBack(lost, error);
    const bad = skippedRecord(error.error);
    return [part(settled, record), { bad }, part(record + 1, Number.POSITIVE_INFINITY)];
  }

  #isSuspectedFirst({ fault }: LostJail, { error }: TaskError): boolean {
    const place = `${error.offset} ${error.input_path}`;
    if (fault !== 'memory' || this.#suspect === place) return false;
    this.#suspect = place;
    return true;
  }

  /** The time that a hanging record took is not the others' loss. */
  #giveTimeBack({ fault }: LostJail, error: TaskError): void {
    if (fault !== 'record_time') return;
    if (++this.#timedOut > sandboxLimits.timedOutRecordsMax) throw error;
    this.#endsAtMs += this.#options.skipping.recordMs;
  }

  /** Takes a fresh jail in place of the lost one. */
  async #beginAgain(): Promise<void> {
    this.#notes = addNotes(this.#notes, this.#jail.settledNotes);
    this.#jail = await this.#jail.replace(Math.max(0, this.#endsAtMs - performance.now()));
    if (this.#context === undefined) throw new Error('a block came before begin');
    this.#isBeginningAgain = true;
    this.#jail.begin(this.#context, this.#takePairs);
    this.#isBeginningAgain = false;
    this.#jail.forgetNotes();
  }
}

function placeIn(block: RecordBlock, index: number) {
  return new RecordPlaces(block).placeOf(index);
}

function withoutFreshJail({ error, cause }: TaskError): TaskError {
  const message = `${error.message}; such records are not skipped in a program with teardown, which would not find again what map has kept for it`;
  return new TaskError({ ...error, message }, { cause });
}

function addNotes(before: AttemptNotes, more: AttemptNotes): AttemptNotes {
  const sum: Counters['user'] = {};
  for (const counters of [before.userCounters, more.userCounters]) {
    for (const [name, n] of Object.entries(counters)) {
      const value = (Object.hasOwn(sum, name) ? (sum[name] ?? 0) : 0) + n;
      Object.defineProperty(sum, name, { value, enumerable: true, writable: true, configurable: true });
    }
  }
  const logLines = [...before.logLines, ...more.logLines].slice(0, sandboxLimits.logLinesMax);
  return { userCounters: sum, logLines };
}
