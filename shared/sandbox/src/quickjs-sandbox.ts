/**
 * The jail of untrusted code: a `Sandbox` on QuickJS, one fresh instance of the engine per attempt.
 *
 * Call order: `openQuickJsSandbox` (instance, prelude, the source parsed) → `begin` (clock, randomness and `ctx` set, user code evaluated,
 * `setup`) → `mapBlock`… with `combine` between, or `reduce` → `end` (`teardown`, notes) → dispose.
 *
 * Invariants
 * - The border is crossed once per block, batch or hand-over. Pairs come out by a call out of the guest, at the latest when it holds
 *   `pairsPerBlockMax` or their text fills the room; groups go in by a call out that pulls the next batch.
 * - A failure of the host inside such a call (a full disk) is kept and thrown by the call into the sandbox, whatever user code caught;
 *   until then every poll of the guest interrupts it.
 * - After any failure the instance may be corrupt (a guest that ran out of memory is): it is never entered again. Disposing drops it as a whole and
 *   runs none of its clean-up, which could abort.
 */
import { type JobError, type ProgramSource, sandboxLimits, TaskError } from '@gridmr/contracts';
import {
  type AttemptContext,
  type AttemptNotes,
  CsvError,
  type GroupBatch,
  type GroupSource,
  KeyError,
  type KnownFunctions,
  noneKnown,
  type PairSink,
  type ProgramFunctions,
  type RecordBlock,
  type Sandbox,
} from '@gridmr/engine';
import type { QuickJSHandle } from 'quickjs-emscripten';
import { addNotes, notesUntilFailure } from './attempt-notes.js';
import { BlockProgress } from './block-progress.js';
import { blockText } from './block-text.js';
import { ForgedHandOverError } from './forged-hand-over-error.js';
import { GuestMemoryError } from './guest-border.js';
import {
  cut,
  type GuestError,
  invalidRecord,
  jobErrorOf,
  type ReachedLimit,
  readGuestError,
  type UserFunction,
} from './guest-failure.js';
import { batchKinds, headerLength, headerSlots, noRecord } from './guest-header.js';
import { GuestEndedError, GuestRuntime } from './guest-runtime.js';
import { loadFunctions } from './load-program.js';
import { keepsSet, withoutDistinct } from './own-set.js';
import { type HandOver, HandOverReader } from './pair-hand-over.js';
import { ProgramSyntaxError, parsePart } from './parse-program.js';
import { type ProgramPart, partsOf } from './program-parts.js';
import { readAdopted } from './read-adopted.js';
import { RecordPlaces } from './record-places.js';
import { type LostJail, type RecordSkipping, skippedRecord } from './record-skipping.js';
import { RecordWatch } from './record-watch.js';
import { ValueTooLargeError } from './value-reader.js';
import type { WasmModule } from './web-assembly.js';

export interface SandboxOptions {
  /** The engine: of `compileQuickJs`, or an optimised build of it. */
  readonly module: WasmModule;
  /** Plain JavaScript, as `checkProgram` gives it. */
  readonly source: ProgramSource;
  readonly functions: ProgramFunctions;
  /** All that the guest may have; `memoryMbMin` at least. */
  readonly memoryBytes: number;
  /** All that the attempt may take, from now. */
  readonly deadlineMs: number;
  /** Of a map attempt that skips bad records; without, the first one fails it. */
  readonly skipping?: RecordSkipping;
}

/** Throws `TaskError` for a program that does not parse. */
export async function openQuickJsSandbox(options: SandboxOptions): Promise<QuickJsSandbox> {
  const guest = await GuestRuntime.open(options.module, options.memoryBytes, options.deadlineMs);
  return new QuickJsSandbox(guest, options);
}

/** Where bad records are skipped, it is one of several that an attempt may need: see `skipping-sandbox.ts`. */
export class QuickJsSandbox implements Sandbox {
  readonly functions: ProgramFunctions;
  readonly #guest: GuestRuntime;
  readonly #options: SandboxOptions;
  readonly #texts = new Map<ProgramPart, string>();
  /** From the first hand-over on. */
  #handOvers: HandOverReader | undefined;
  #known: KnownFunctions = noneKnown;
  #running: UserFunction = 'load';
  #context: AttemptContext | undefined;
  #sink: PairSink | undefined;
  #attemptSink: PairSink | undefined;
  #records: RecordPlaces | undefined;
  #path: string | undefined;
  #columns: readonly string[] | undefined;
  #groups: GroupSource | undefined;
  #batch: GroupBatch | undefined;
  readonly #progress: BlockProgress | undefined;
  readonly #watch: RecordWatch | undefined;
  #notes: AttemptNotes = { userCounters: {}, logLines: [] };
  /** Why it can map no more, if that is a record's fault. */
  lost: LostJail | undefined;
  /** Whether `teardown` may give out what `map` gathered: then nothing can go on where a jail was lost. */
  hasTeardown = false;

  constructor(guest: GuestRuntime, options: SandboxOptions) {
    this.functions = options.functions;
    this.#guest = guest;
    this.#options = options;
    if (options.skipping !== undefined) {
      this.#progress = new BlockProgress(options.skipping);
      this.#watch = new RecordWatch(options.skipping.recordMs, options.skipping.recordPolls);
    }
    this.#guarded('load', () => {
      guest.loadPrelude({
        handOver: (keys, texts, notes) => this.#takePairs(keys, texts, notes),
        skip: error => this.#skipRecord(error),
        pull: () => this.#pullGroups(),
        pullValues: () => this.#pullValues(),
        offset: () => this.#recordOffset(),
      });
      for (const { part, text } of partsOf(options.source)) {
        this.#texts.set(part, parsePart(guest.context, part, text));
      }
    });
  }

  get known(): KnownFunctions {
    return this.#known;
  }

  begin(context: AttemptContext, sink: PairSink): void {
    this.#context = context;
    this.#path = context.input?.path;
    this.#attemptSink = sink;
    this.#sink = sink;
    this.#guest.clockMs = context.nowMs;
    const hasSetup = this.#guarded('load', () => {
      const skipping = this.#options.skipping !== undefined;
      this.#guest.callWithText('prepare', JSON.stringify({ ...knownTo(context), skipping }));
      return this.#adoptFunctions(context);
    });
    if (hasSetup) this.#runOnce('setup');
  }

  mapBlock(block: RecordBlock): void {
    if (block.records === 0) return;
    this.#records = new RecordPlaces(block);
    this.#progress?.start();
    this.#guarded('map', () => {
      this.#openInput(block);
      if (this.#watch === undefined) return this.#mapRecords(block);
      const header = () => this.#header();
      header()[headerSlots.record] = noRecord;
      this.#guest.watchRecords(
        this.#watch,
        () => header()[headerSlots.record] ?? 0,
        () => this.#mapRecords(block),
      );
      this.#progress?.settle(this.#header()[headerSlots.record] ?? 0, pairs => this.#sink?.(pairs));
      this.#readNotes();
    });
    this.#records = undefined;
  }

  combine(groups: GroupSource, sink: PairSink): void {
    this.#sink = sink;
    this.#runGroups('combine', groups);
    this.#sink = this.#attemptSink;
    if (this.#progress !== undefined) this.#guarded('combine', () => this.#readNotes());
  }

  reduce(groups: GroupSource): void {
    this.#runGroups('reduce', groups);
  }

  end(): AttemptNotes {
    this.#runOnce('teardown');
    this.#guarded('teardown', () => this.#readNotes(true));
    return this.#notes;
  }

  /** What user code has counted and logged, but for records that do not count yet. */
  get settledNotes(): AttemptNotes {
    return this.#notes;
  }

  /** After `begin` of a jail that goes on where another was lost. */
  forgetNotes(): void {
    this.#guarded('setup', () => this.#guest.call('forgetNotes').dispose());
    this.#notes = { userCounters: {}, logLines: [] };
  }

  /** Once it is lost: another one in its place, not begun. */
  async replace(deadlineMs: number): Promise<QuickJsSandbox> {
    this.#progress?.[Symbol.dispose]();
    return new QuickJsSandbox(await this.#guest.replace(deadlineMs), this.#options);
  }

  notesOfFailure(): AttemptNotes | undefined {
    return notesUntilFailure(this.#notes, this.#guest.notesOfFailure);
  }

  [Symbol.dispose](): void {
    this.#guest.end();
    this.#progress?.[Symbol.dispose]();
    if (this.#handOvers !== undefined) HandOverReader.giveBack(this.#handOvers);
    this.#handOvers = undefined;
  }

  #mapRecords(block: RecordBlock): void {
    if (block.format === 'bytes') this.#mapBytes(block);
    else this.#mapText(block);
  }

  /** The guest tells notes with pairs, if it has both; else they are asked for. */
  #readNotes(always = false): void {
    if (!always && this.#header()[headerSlots.noted] === 0) return;
    using notes = this.#guest.call('notes');
    this.#addNotes(notes);
  }

  #addNotes(json: QuickJSHandle): void {
    const text = this.#guest.border.textOut(json, utf8 => Buffer.from(utf8).toString('utf8'));
    this.#notes = addNotes(this.#notes, text);
  }

  #openInput({ path, columns }: RecordBlock): void {
    if (path !== this.#path) this.#guest.callWithText('openInput', path);
    this.#path = path;
    if (columns !== undefined && columns !== this.#columns)
      this.#guest.callWithText('setColumns', JSON.stringify(columns));
    this.#columns = columns;
  }

  #mapText(block: RecordBlock): void {
    const { entry, utf8, hasCarriageReturns } = blockText(block);
    const { context, border } = this.#guest;
    using text = border.textIn(utf8);
    using records = context.newNumber(block.records);
    this.#guest.call(entry, text, records, hasCarriageReturns ? context.true : context.false).dispose();
  }

  #mapBytes({ bytes }: RecordBlock): void {
    using buffer = this.#guest.border.bytesIn(bytes);
    this.#guest.call('mapBytes', buffer).dispose();
  }

  /** Returns whether there is a `setup`. */
  #adoptFunctions(context: AttemptContext): boolean {
    const guest = this.#guest;
    using functions = loadFunctions(guest.context, this.#options.source, part =>
      guest.evaluate(this.#texts.get(part) ?? '', part, part === 'program' ? 'module' : 'global'),
    );
    const isPartitioned = context.phase === 'map' && context.numReducers > 0 && this.functions.partition;
    using answer = guest.call('adopt', functions, isPartitioned ? guest.context.true : guest.context.false);
    const adopted = readAdopted(guest.context.getString(answer));
    if ('fault' in adopted)
      throw new GuestEndedError({ name: 'TypeError', message: adopted.fault, stack: '' }, undefined);
    this.#known =
      adopted.hasOwnSet && !adopted.hasSetup && keepsSet(this.#options.source)
        ? adopted.known
        : withoutDistinct(adopted.known);
    this.hasTeardown = adopted.hasTeardown;
    return adopted.hasSetup;
  }

  #runOnce(name: 'setup' | 'teardown'): void {
    this.#guarded(name, () => {
      using text = this.#guest.context.newString(name);
      this.#guest.call('runOnce', text).dispose();
    });
  }

  #runGroups(name: 'reduce' | 'combine', groups: GroupSource): void {
    this.#groups = groups;
    this.#guarded(name, () => {
      using text = this.#guest.context.newString(name);
      this.#guest.call('groupsInto', text).dispose();
    });
    this.#groups = undefined;
    this.#batch = undefined;
  }

  #takePairs(
    keys: QuickJSHandle | undefined,
    texts: QuickJSHandle | undefined,
    notes: QuickJSHandle | undefined,
  ): undefined {
    if (keys === undefined || texts === undefined) throw new ForgedHandOverError('nothing');
    if (notes !== undefined && this.#guest.context.typeof(notes) === 'string') this.#addNotes(notes);
    if (this.#progress !== undefined && this.#header()[headerSlots.count] === 0) {
      return void this.#progress.settle(this.#header()[headerSlots.record] ?? 0, pairs => this.#sink?.(pairs));
    }
    const given = this.#handOver(keys, texts);
    this.#handOvers ??= HandOverReader.take();
    const pairs = this.#handOvers.read(given);
    given.keyMarks?.fill(0);
    given.valueMarks?.fill(0);
    const header = this.#header();
    header[headerSlots.markedKeys] = 0;
    header[headerSlots.markedValues] = 0;
    if (this.#sink === undefined) throw new Error('pairs came before begin');
    if (this.#progress === undefined || this.#records === undefined) return void this.#sink(pairs);
    const { settled, record } = headerSlots;
    this.#progress.take(pairs, header[settled] ?? 0, header[record] ?? 0, this.#sink);
  }

  /** The record at hand is bad, and the guest can go on. True asks for a hand-over. @param json of what was thrown */
  #skipRecord(json: QuickJSHandle | undefined): QuickJSHandle | undefined {
    const progress = this.#progress;
    if (json === undefined || progress === undefined) throw new ForgedHandOverError('a record to be skipped');
    const error = readGuestError(this.#guest.context.getString(json));
    // A guest whose memory is full may have been damaged by that.
    if (this.#guest.isOutOfMemory(error)) throw new GuestEndedError(error, 'memory');
    // Without an error of the host, whose stack would cost as much as all else of a bad record.
    const why = skippedRecord(this.#jobError(error, undefined));
    const isFull = progress.skip(this.#header()[headerSlots.record] ?? 0, why);
    return isFull ? this.#guest.context.true : undefined;
  }

  #handOver(keys: QuickJSHandle, texts: QuickJSHandle): HandOver {
    const { border } = this.#guest;
    const header = this.#header();
    const context = this.#context;
    const isPartitioned = context?.phase === 'map' && context.numReducers > 0 && this.functions.partition;
    const { pairsPerBlockMax: length } = sandboxLimits;
    const marks = (slot: number, name: 'keyMarks' | 'valueMarks') =>
      header[slot] === 0 ? undefined : border.uint8At(this.#guest.addressOf(name), length);
    return {
      memory: border.memory,
      count: header[headerSlots.count] ?? 0,
      valueKind: header[headerSlots.valueKind] ?? 0,
      keys: keys.value as unknown as number,
      texts: texts.value as unknown as number,
      numbers: border.float64At(this.#guest.addressOf('numbers'), length),
      keyMarks: marks(headerSlots.markedKeys, 'keyMarks'),
      valueMarks: marks(headerSlots.markedValues, 'valueMarks'),
      partitions: isPartitioned ? border.uint32At(this.#guest.addressOf('partitions'), length) : undefined,
      numReducers: context?.numReducers ?? 0,
    };
  }

  /** The keys of the next batch of groups as a guest string, or undefined. The source is not asked again after its end. */
  #pullGroups(): QuickJSHandle | undefined {
    const wasOpen = this.#batch?.open ?? false;
    const batch = this.#groups?.();
    if (batch === undefined) this.#groups = undefined;
    if (wasOpen !== (batch?.continued ?? false)) throw new Error('a group was left open and not continued');
    this.#batch = batch;
    if (batch === undefined) return undefined;
    const { border } = this.#guest;
    const keys = border.textIn(batch.keys);
    const header = this.#header();
    header[headerSlots.batchKind] = batchKinds[batch.values.kind];
    header[headerSlots.open] = batch.open ? 1 : 0;
    const counts = border.uint32At(this.#guest.addressOf('groupCounts'), batch.groups);
    counts.set(batch.counts.subarray(0, batch.groups));
    if (batch.values.kind === 'numbers') {
      const values = counts.reduce((sum, count) => sum + count, 0);
      const numbers = border.float64At(this.#guest.addressOf('groupNumbers'), values);
      numbers.set(batch.values.numbers.subarray(0, values));
    }
    return keys;
  }

  /** The values of a batch that has no numbers, as text. */
  #pullValues(): QuickJSHandle {
    const values = this.#batch?.values;
    if (values === undefined || values.kind === 'numbers') {
      throw new ForgedHandOverError('a wish for values that there are not');
    }
    return this.#guest.border.textIn(values.kind === 'strings' ? values.text : values.json);
  }

  #recordOffset(): QuickJSHandle | undefined {
    const offset = this.#records?.offsetOf(this.#header()[headerSlots.record] ?? 0);
    return offset === undefined ? undefined : this.#guest.context.newNumber(offset);
  }

  /** All zero while there is no prelude. */
  #header(): Uint32Array {
    if (this.#guest.addressOf('header') === 0) return new Uint32Array(headerLength);
    return this.#guest.border.uint32At(this.#guest.addressOf('header'), headerLength);
  }

  /** Turns whatever ends the guest into a `TaskError`; failures of the host (storage) go through as they are. */
  #guarded<T>(running: UserFunction, work: () => T): T {
    this.#running = running;
    try {
      return work();
    } catch (thrown) {
      const error = firstError(thrown);
      // Nothing has gone to the guest.
      if (error instanceof CsvError && this.#progress !== undefined) throw error;
      const failure = this.#failure(error);
      this.lost = this.#lostJail(error);
      this.#guest.end();
      throw failure;
    }
  }

  /** Undefined if the failure is no single record's. */
  #lostJail(error: unknown): LostJail | undefined {
    const record = this.#header()[headerSlots.record] ?? noRecord;
    if (this.#progress === undefined || this.#records === undefined || record === noRecord) return undefined;
    const { settled } = this.#progress;
    if (error instanceof KeyError || error instanceof ValueTooLargeError) return { fault: 'pairs', settled, record };
    const reached = guestEnd(error)?.reached;
    if (reached === undefined || reached === 'time') return undefined;
    return { fault: reached, settled, record };
  }

  #failure(error: unknown): unknown {
    const context = this.#context;
    const ids = context === undefined ? {} : { task_id: context.taskId, attempt: context.attempt };
    if (error instanceof CsvError) {
      return new TaskError(invalidRecord(this.#recordAt(error.record), error.message), { cause: error }).with(ids);
    }
    const ended = guestEnd(error);
    if (ended !== undefined)
      return new TaskError(this.#jobError(ended.error, ended.reached), { cause: error }).with(ids);
    if (error instanceof ProgramSyntaxError) {
      const { line, column } = error.position;
      const message = `SyntaxError: ${error.message}`;
      return new TaskError({ code: 'user_code_error', message, function: error.part, line, column }, { cause: error });
    }
    const isFault =
      error instanceof KeyError || error instanceof ValueTooLargeError || error instanceof ForgedHandOverError;
    if (!isFault) return error;
    const described = { name: '', message: error.message, stack: '' };
    return new TaskError(this.#jobError(described, undefined), { cause: error }).with(ids);
  }

  #jobError(error: GuestError, reached: ReachedLimit): JobError {
    const header = this.#header();
    if (header[headerSlots.invalid] === 1 && reached === undefined) {
      return invalidRecord(this.#recordAt(header[headerSlots.record] ?? 0), error.message);
    }
    const isPartitioning = header[headerSlots.partitioning] === 1;
    const place = {
      source: this.#options.source,
      running: isPartitioning ? 'partition' : this.#running,
      record: this.#recordAtHand(),
    } as const;
    const { memoryBytes, deadlineMs, skipping } = this.#options;
    return jobErrorOf(error, place, reached, { memoryBytes, deadlineMs, recordMs: skipping?.recordMs });
  }

  /** The record or key that user code was at. */
  #recordAtHand(): Partial<JobError> {
    const index = this.#header()[headerSlots.record] ?? 0;
    if (this.#records !== undefined) return this.#recordAt(index);
    return this.#batch === undefined ? {} : { record: keyAt(this.#batch, index) };
  }

  #recordAt(index: number): Partial<JobError> {
    const records = this.#records;
    return records === undefined || index === noRecord ? {} : records.placeOf(index);
  }
}

/** In a corrupt guest, giving a handle back may fail after the failure that matters. */
function firstError(error: unknown): unknown {
  let first = error;
  while (first instanceof Error && first.name === 'SuppressedError' && 'suppressed' in first) first = first.suppressed;
  return first;
}

/** The end of a guest, also where the engine gave up between two calls, moving text in or out. */
function guestEnd(error: unknown): GuestEndedError | undefined {
  if (error instanceof GuestEndedError) return error;
  const isMemory = error instanceof GuestMemoryError;
  if (!isMemory && !(error instanceof Error && error.name === 'RuntimeError')) return undefined;
  const described = { name: '', message: 'the program broke its sandbox', stack: '' };
  return new GuestEndedError(described, isMemory ? 'memory' : 'stack', { cause: error });
}

/** What `prepare` of the prelude reads. */
function knownTo(context: AttemptContext) {
  return {
    seed: `${context.jobId}\n${context.taskId}`,
    numReducers: context.numReducers,
    params: context.parameters,
    input: context.input,
    task: { id: context.taskId, attempt: context.attempt, partition: context.partition },
  };
}

/** The key of a group as text: a string as it is, other keys as JSON. */
function keyAt(batch: GroupBatch, index: number): string {
  const keys: unknown = JSON.parse(Buffer.from(batch.keys).toString('utf8'));
  const key: unknown = Array.isArray(keys) ? keys[index] : undefined;
  const text = typeof key === 'string' ? key : (JSON.stringify(key) ?? '');
  return cut(text, sandboxLimits.errorRecordLengthMax);
}
